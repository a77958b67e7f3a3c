import type { Flow } from '#test/bench/flows.ts';
import { meet } from '#test/bench/flows.ts';
import type { FlowResult } from '#test/bench/report.ts';
import type { Target } from '#test/bench/target.ts';
import type { Visitor } from '#test/bench/visitor.ts';
import { atRate, calmest, median, window, type Window } from '#test/bench/windows.ts';

/** What share of a core others may use while it counts as calm. */
const CALM = 0.15;
const VISITORS = 8;
const PER_SECOND = 30;

export interface Pace {
  rounds: number;
  windowMs: number;
  rateMs: number;
  /** How many times the rounds may be repeated to find as many calm windows. */
  patience: number;
}

/** One flow at one server. */
interface Course {
  flow: Flow;
  target: Target;
  visitors: Visitor[];
  windows: Window[];
}

/** Short windows in turn, so that whatever else the machine does falls on all alike. The first warms up. */
export async function compare(flows: Flow[], targets: Target[], pace: Pace): Promise<FlowResult[]> {
  const courses = flows.flatMap((flow) => targets.filter(serves(flow)).map((target) => begin(flow, target)));
  for (const { flow, target, visitors } of courses) {
    await Promise.all(visitors.map(meet));
    await window(target, flow, visitors, 2500);
  }
  // On a busy machine until enough were calm, or it is clear that it will not be.
  for (let round = 0; round < pace.rounds * pace.patience; round++) {
    for (const { flow, target, visitors, windows } of courses)
      windows.push(await window(target, flow, visitors, pace.windowMs));
    if (round + 1 >= pace.rounds && courses.every(({ windows }) => isCalm(calmest(windows, pace.rounds)))) break;
  }
  for (const course of courses) course.windows = calmest(course.windows, pace.rounds);

  const results: FlowResult[] = [];
  for (const { flow, target, visitors, windows } of courses) {
    const cpuUs = costOf(windows);
    const bare = courses.find((other) => other.flow === flow && other.target.isBare && other.target !== target);
    const ordinary = courses.filter((other) => flow.beside?.includes(other.flow.name) && other.target === target);
    results.push({
      flow: flow.name,
      target: target.name,
      cpuUs,
      ratio: bare && costOf(bare.windows) / cpuUs,
      beside: ordinary.map((other) => ({ flow: other.flow.name, times: cpuUs / costOf(other.windows) })),
      databaseUs: databaseCost(windows),
      latency: await atRate(flow, visitors, PER_SECOND, pace.rateMs),
    });
  }
  return results;
}

export function serves(flow: Flow): (target: Target) => boolean {
  return ({ isBare }) => !flow.isOurs || !isBare;
}

export function visitorsOf(target: Target): Visitor[] {
  return target.visitors(VISITORS);
}

function begin(flow: Flow, target: Target): Course {
  return { flow, target, visitors: visitorsOf(target), windows: [] };
}

function costOf(windows: Window[]): number {
  return median(windows.map(({ cpuUs, flows }) => cpuUs / flows));
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
