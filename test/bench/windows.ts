import { setTimeout as sleep } from 'node:timers/promises';
import { cpuOfMachine } from '#test/bench/process-tree.ts';
import type { Flow } from '#test/bench/flows.ts';
import type { Target } from '#test/bench/target.ts';
import type { Visitor } from '#test/bench/visitor.ts';

export interface Window {
  flows: number;
  cpuUs: number;
  databaseUs: number | undefined;
  rssMb: number;
  /** What share of a core everybody else on the machine used meanwhile. */
  strangers: number;
}

export interface Latency {
  p50: number;
  p95: number;
  p99: number;
}

/** Everybody repeats the flow for a while; what the server used meanwhile, divided by what it finished, is the cost. */
export async function window(target: Target, flow: Flow, visitors: Visitor[], ms: number): Promise<Window> {
  if (flow.prepare) await Promise.all(visitors.map(flow.prepare));
  await target.settle();
  const before = await measureAll(target);
  const endsAt = performance.now() + ms;
  let flows = 0;
  await Promise.all(
    visitors.map(async (visitor) => {
      for (; performance.now() < endsAt; flows++) await flow.run(visitor);
    }),
  );
  const after = await measureAll(target);
  const databaseUs = after.databaseUs === undefined ? undefined : after.databaseUs - before.databaseUs!;
  return {
    flows,
    cpuUs: after.cpuUs - before.cpuUs,
    databaseUs,
    rssMb: after.rssMb,
    strangers: Math.max(0, after.strangersUs - before.strangersUs) / ((after.at - before.at) * 1000),
  };
}

async function measureAll(target: Target) {
  const measured = await target.measure();
  const { user, system } = process.cpuUsage();
  const ours = measured.cpuUs + (measured.databaseUs ?? 0) + user + system;
  return { ...measured, at: performance.now(), strangersUs: (cpuOfMachine() ?? ours) - ours };
}

/** The calmest so many, in which least else happened on the machine. */
export function calmest(windows: Window[], count: number): Window[] {
  return windows.toSorted((a, b) => a.strangers - b.strangers).slice(0, count);
}

/**
 * Flows begin at a fixed rate, whatever became of those before, as strangers do: a slow answer delays nobody and is
 * counted in full.
 */
export async function atRate(flow: Flow, visitors: Visitor[], perSecond: number, ms: number): Promise<Latency> {
  if (flow.prepare) await Promise.all(visitors.map(flow.prepare));
  const idle = [...visitors];
  const times: number[] = [];
  const running: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let turn = 0; turn * (1000 / perSecond) < ms; turn++) {
    const dueAt = startedAt + turn * (1000 / perSecond);
    await sleep(Math.max(0, dueAt - performance.now()));
    const visitor = idle.shift();
    // Nobody is free: the wait shows in the answers that are missing, so those count as endless.
    if (visitor) running.push(one(visitor));
    else times.push(Infinity);
  }
  await Promise.all(running);
  return latencyOf(times);

  async function one(visitor: Visitor): Promise<void> {
    const begunAt = performance.now();
    await flow.run(visitor);
    times.push(performance.now() - begunAt);
    idle.push(visitor);
  }
}

export function latencyOf(times: number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

export function median(values: number[]): number {
  return latencyOf(values).p50;
}
