import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { databaseKinds, emptyDatabase, stopDatabases } from '#test/support/databases.ts';
import { crowd } from '#test/bench/crowd.ts';
import { esiaFlows } from '#test/bench/esia-flows.ts';
import { flows, meet, type Flow } from '#test/bench/flows.ts';
import { childRunning } from '#test/bench/process-tree.ts';
import { keep, print, type FlowResult, type Results } from '#test/bench/report.ts';
import { startEmbedded, startOnPostgres, type StartUp } from '#test/bench/start-up.ts';
import { stopChildren, Target } from '#test/bench/target.ts';
import type { Visitor } from '#test/bench/visitor.ts';
import { atRate, calmest, median, window, type Window } from '#test/bench/windows.ts';

/**
 * `npm run bench`: the product beside the bare library, in CPU time of the server per flow, which a busy machine changes
 * less than the clock. --quick, --only <flow>, --profile <flow> (writes .cache/<server>-<flow>.cpuprofile).
 */
const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, profile: { type: 'string' } },
});
const [ROUNDS, WINDOW_MS, RATE_MS] = options.quick ? [3, 200, 500] : [7, 350, 2000];
/** What share of a core others may use while it counts as calm, and how many windows are measured to find as many. */
const CALM = 0.15;
const PATIENCE = options.quick ? 2 : 6;
const PER_SECOND = 30;
const VISITORS = 8;
const PEOPLE = 50;

// The terminal signals the databases as well, and one that is gone already is not waited for.
process.once('SIGINT', () => void Promise.race([stop(), sleep(3000)]).then(() => process.exit(130)));
process.once('unhandledRejection', (error) => {
  console.error(error);
  void stop().then(() => process.exit(1));
});
await run().finally(stop);

async function run(): Promise<void> {
  const targets = await startTargets();
  if (options.profile) return profile(targets, options.profile);
  const chosen = [...flows, ...esiaFlows].filter(({ name }) => !options.only || options.only.split(',').includes(name));
  const results: Results = { flows: [], memory: [], startUps: {}, crowd: undefined };
  for (const flow of chosen) results.flows.push(...(await compare(flow, targets)));
  for (const target of targets) results.memory.push({ target: target.name, rssMb: (await target.measure()).rssMb });
  if (!options.only) {
    const postgres = targets.find(({ name }) => name === 'postgres');
    if (postgres) results.crowd = await crowd(postgres, PEOPLE, options.quick ? 3000 : 8000);
    for (const target of targets) await target.stop();
    results.startUps = await startUps();
  }
  print(results);
  console.log(`\nwritten to ${keep(results)}`);
}

async function startTargets(): Promise<Target[]> {
  const targets = [await Target.start('bare', './bare-server.ts')];
  for (const kind of databaseKinds.toReversed()) {
    const database = JSON.stringify(await emptyDatabase(kind));
    const pid = childRunning(kind === 'postgres' ? 'postgres' : 'embedded-server');
    targets.push(await Target.start(kind, './product-server.ts', [database, String(PEOPLE)], pid));
  }
  return targets;
}

/** Short windows in turn, so that whatever else the machine does falls on all alike. The first warms up. */
async function compare(flow: Flow, all: Target[]): Promise<FlowResult[]> {
  const targets = all.filter(({ isBare }) => !flow.isOurs || !isBare);
  const visitors = new Map<Target, Visitor[]>();
  const windows = new Map<Target, Window[]>();
  for (const target of targets) {
    visitors.set(target, target.visitors(VISITORS));
    windows.set(target, []);
    await Promise.all(visitors.get(target)!.map(meet));
    await window(target, flow, visitors.get(target)!, 2500);
  }
  // On a busy machine until enough were calm, or it is clear that it will not be.
  for (let round = 0; round < ROUNDS * PATIENCE; round++) {
    for (const target of targets)
      windows.get(target)!.push(await window(target, flow, visitors.get(target)!, WINDOW_MS));
    if (round + 1 >= ROUNDS && targets.every((target) => isCalm(calmest(windows.get(target)!, ROUNDS)))) break;
  }
  for (const target of targets) windows.set(target, calmest(windows.get(target)!, ROUNDS));

  const costOf = (target: Target) => median(windows.get(target)!.map(({ cpuUs, flows }) => cpuUs / flows));
  const results: FlowResult[] = [];
  for (const target of targets) {
    const cpuUs = costOf(target);
    results.push({
      flow: flow.name,
      target: target.name,
      cpuUs,
      ratio: target.isBare || flow.isOurs ? undefined : costOf(targets[0]!) / cpuUs,
      databaseUs: databaseCost(windows.get(target)!),
      latency: await atRate(flow, visitors.get(target)!, PER_SECOND, RATE_MS),
    });
  }
  return results;
}

function isCalm(windows: Window[]): boolean {
  return windows.every(({ strangers }) => strangers < CALM);
}

/** Summed over all windows, since /proc counts in hundredths of a second. */
function databaseCost(windows: Window[]): number | undefined {
  if (windows.some(({ databaseUs }) => databaseUs === undefined)) return undefined;
  const sum = (of: (window: Window) => number) => windows.reduce((total, window) => total + of(window), 0);
  return sum(({ databaseUs }) => databaseUs!) / sum(({ flows }) => flows);
}

async function profile(targets: Target[], name: string): Promise<void> {
  const flow = [...flows, ...esiaFlows].find((one) => one.name === name)!;
  for (const target of targets.filter(({ isBare }) => !flow.isOurs || !isBare)) {
    const visitors = target.visitors(VISITORS);
    await Promise.all(visitors.map(meet));
    await window(target, flow, visitors, 1500);
    const file = new URL(`../../.cache/${target.name}-${name}.cpuprofile`, import.meta.url).pathname;
    let flows = 0;
    await target.profile(file, async () => ({ flows } = await window(target, flow, visitors, 4000)));
    console.log(`${flows} flows, written to ${file}`);
  }
}

async function startUps(): Promise<Record<string, StartUp>> {
  const measured: Record<string, StartUp> = {};
  if (databaseKinds.includes('postgres')) {
    const { url } = await emptyDatabase('postgres');
    const runs: StartUp[] = [];
    for (let i = 0; i < (options.quick ? 1 : 3); i++) runs.push(await startOnPostgres(url!));
    measured['on PostgreSQL'] = runs.toSorted((a, b) => a.readyMs - b.readyMs)[Math.floor(runs.length / 2)]!;
  }
  const { first, again } = await startEmbedded();
  return { ...measured, 'embedded, first start': first, 'embedded, again': again };
}

async function stop(): Promise<void> {
  stopChildren();
  await stopDatabases();
}
