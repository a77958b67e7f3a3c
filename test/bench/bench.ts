import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { databaseKinds, emptyDatabase, stopDatabases } from '#test/support/databases.ts';
import { compare, serves, visitorsOf, type Pace } from '#test/bench/comparison.ts';
import { crowd } from '#test/bench/crowd.ts';
import { esiaFlows } from '#test/bench/esia-flows.ts';
import { flows, meet, type Flow } from '#test/bench/flows.ts';
import { childRunning } from '#test/bench/process-tree.ts';
import { keep, print, type Results } from '#test/bench/report.ts';
import { startEmbedded, startOnPostgres, type StartUp } from '#test/bench/start-up.ts';
import { stopChildren, Target } from '#test/bench/target.ts';
import { window } from '#test/bench/windows.ts';

/**
 * `npm run bench`: the product beside the bare library, in CPU time of the server per flow, which a busy machine changes
 * less than the clock. --quick, --only <flow>, --profile <flow> (writes .cache/<server>-<flow>.cpuprofile).
 */
const { values: options } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, profile: { type: 'string' } },
});
const pace: Pace = options.quick
  ? { rounds: 3, windowMs: 200, rateMs: 500, patience: 2 }
  : { rounds: 7, windowMs: 350, rateMs: 2000, patience: 6 };
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
  const isChosen = ({ name }: Flow) => !options.only || options.only.split(',').includes(name);
  const results: Results = { flows: [], memory: [], startUps: {}, crowd: undefined };
  for (const flow of flows.filter(isChosen)) results.flows.push(...(await compare([flow], targets, pace)));
  results.flows.push(...(await compare(esiaFlows.filter(isChosen), targets, pace)));
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

async function profile(targets: Target[], name: string): Promise<void> {
  const flow = [...flows, ...esiaFlows].find((one) => one.name === name)!;
  for (const target of targets.filter(serves(flow))) {
    const visitors = visitorsOf(target);
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
