import { readdirSync, readFileSync } from 'node:fs';

const MICROSECONDS_PER_TICK = 10_000;

/** CPU time of a process and everything below it, also of what has ended. Undefined where /proc does not tell. */
export function cpuOfTree(pid: number): number | undefined {
  const processes = readProcesses();
  if (!processes.has(pid)) return undefined;
  const below = (parent: number): number[] => [
    parent,
    ...[...processes].filter(([, { ppid }]) => ppid === parent).flatMap(([child]) => below(child)),
  ];
  const ticks = below(pid).reduce((sum, one) => sum + processes.get(one)!.ticks, 0);
  return ticks * MICROSECONDS_PER_TICK;
}

/** CPU time of everything on the machine, in microseconds. Undefined where /proc does not tell. */
export function cpuOfMachine(): number | undefined {
  const [total] = readStat('.')?.split('\n') ?? [];
  if (!total?.startsWith('cpu ')) return undefined;
  const [user, nice, system, , , irq, softirq, steal] = total.split(/\s+/).slice(1).map(Number);
  return (user! + nice! + system! + irq! + softirq! + steal!) * MICROSECONDS_PER_TICK;
}

export function rssMbOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}

function readProcesses(): Map<number, { ppid: number; ticks: number }> {
  const found = new Map<number, { ppid: number; ticks: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(name);
    if (!stat) continue;
    // After the name in brackets, which may hold spaces: state, ppid, … utime (12th), stime, cutime, cstime.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    found.set(Number(name), { ppid: Number(fields[1]), ticks });
  }
  return found;
}

function readStat(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined; // ended meanwhile
  }
}

/** The process that this one started and whose command line holds a word. */
export function childRunning(word: string): number | undefined {
  const own = [...readProcesses()].filter(([, { ppid }]) => ppid === process.pid);
  return own.map(([pid]) => pid).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(word));
}
