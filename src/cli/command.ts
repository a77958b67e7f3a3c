import type { parseArgs } from 'node:util';
import type { AdminApi } from '#src/cli/admin-api.ts';

type Options = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/** Typed values, by name; each may be absent. */
export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

export interface Command {
  /** Two words at most: `client add`. */
  name: string;
  /** The arguments that must follow, in order. */
  takes: string[];
  says: string;
  options: Options;
  /** Name → what stands beside it in the help. */
  optionsSay: Record<string, string>;
  run(call: Call): Promise<Answer>;
}

export interface Call {
  api: AdminApi;
  args: string[];
  values: Values;
}

/** `text` is for people, `json` for scripts; `failed` when what was asked for turned out not to be so. */
export interface Answer {
  text: string;
  json: unknown;
  failed?: boolean;
}

/** The command was not understood; nothing was done. */
export class UsageError extends Error {}

/** What a script has to tell apart. */
export const exitCodes = { done: 0, refused: 1, misused: 2, unreachable: 3 } as const;
