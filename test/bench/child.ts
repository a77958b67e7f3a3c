import { mkdirSync, writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { dirname } from 'node:path';

export interface Usage {
  cpuUs: number;
  rssMb: number;
}

export type Command =
  { ask: 'usage' } | { ask: 'settled' } | { ask: 'hashing'; real: boolean } | { ask: 'profile'; file?: string };

const nothingToDo = { setHashing() {}, async settled() {} };

/** The measured process's side of the conversation: says where it listens, then what it used so far. */
export function serveCommands(
  origin: string,
  { setHashing, settled }: { setHashing(real: boolean): void; settled(): Promise<void> } = nothingToDo,
): void {
  const profiler = new Session();
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => {});
  process.on('message', (command: Command) => {
    void answer(command).then((usage) => process.send!(usage));
  });
  process.send!({ origin });

  async function answer(command: Command): Promise<Usage> {
    if (command.ask === 'settled') await settled();
    if (command.ask === 'hashing') setHashing(command.real);
    if (command.ask === 'profile') await profile(command.file);
    const { user, system } = process.cpuUsage();
    return { cpuUs: user + system, rssMb: process.memoryUsage.rss() / 2 ** 20 };
  }

  /** Begins without a file, ends with one. */
  async function profile(file: string | undefined): Promise<void> {
    if (file === undefined) {
      profiler.connect();
      await profiler.post('Profiler.enable');
      await profiler.post('Profiler.setSamplingInterval', { interval: 200 });
      await profiler.post('Profiler.start');
      return;
    }
    const result = await profiler.post('Profiler.stop');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(result.profile));
    profiler.disconnect();
  }
}
