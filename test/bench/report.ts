import { mkdirSync, writeFileSync } from 'node:fs';
import type { Crowd } from '#test/bench/crowd.ts';
import type { StartUp } from '#test/bench/start-up.ts';
import type { Latency } from '#test/bench/windows.ts';

export interface FlowResult {
  flow: string;
  target: string;
  cpuUs: number;
  /** Cost of the bare library divided by ours: 1 is as fast as bare. */
  ratio: number | undefined;
  /** How many times the cost of ordinary flows that do the same. */
  beside: { flow: string; times: number }[];
  databaseUs: number | undefined;
  latency: Latency;
}

export interface Results {
  flows: FlowResult[];
  memory: { target: string; rssMb: number }[];
  startUps: Record<string, StartUp>;
  crowd: Crowd | undefined;
}

export function print({ flows, memory, startUps, crowd }: Results): void {
  row(['flow', 'server', 'cpu µs', 'ratio', 'database µs', 'p50 ms', 'p95 ms', 'p99 ms']);
  for (const { flow, target, cpuUs, ratio, databaseUs, latency } of flows) {
    const { p50, p95, p99 } = latency;
    const times = [p50, p95, p99].map((ms) => ms.toFixed(1));
    row([flow, target, cpuUs.toFixed(0), ratio?.toFixed(2) ?? '', databaseUs?.toFixed(0) ?? '', ...times]);
  }
  console.log();
  for (const { flow, target, beside } of flows)
    for (const other of beside) console.log(`${flow}, ${target}: ${other.times.toFixed(2)} times ${other.flow}`);
  for (const { target, rssMb } of memory) console.log(`memory under load, ${target}: ${rssMb.toFixed(0)} MB`);
  for (const [name, { readyMs, idleRssMb }] of Object.entries(startUps))
    console.log(`${name}: ready in ${(readyMs / 1000).toFixed(2)} s, idle at ${idleRssMb.toFixed(0)} MB`);
  if (!crowd) return;
  const { p50, p99 } = crowd.jwt;
  console.log(
    `50 people signing in at once (${crowd.loginsPerSecond.toFixed(0)}/s, ${crowd.turnedAway} turned away): a JWT in ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`,
  );
}

/** Kept for comparison with the next run; not part of the repository. */
export function keep(results: Results): string {
  const folder = new URL('../../.cache/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL('bench.json', folder);
  writeFileSync(
    file,
    `${JSON.stringify({ at: new Date().toISOString(), node: process.version, ...results }, null, 2)}\n`,
  );
  return file.pathname;
}

const widths = [24, 10, 8, 7, 12, 8, 8, 8];

function row(cells: string[]): void {
  const [name, target, ...figures] = cells.map((cell, i) =>
    i < 2 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!),
  );
  console.log([name, target, ...figures].join(' '));
}
