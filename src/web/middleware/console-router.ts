import Router from '@koa/router';
import type { Context, Middleware } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import type { Operator, Role } from '#src/identity/operators/operator.ts';

/** Who may use a route. Nothing in the console is reached without one. */
export interface Policy {
  /** Any of these. */
  roles: readonly Role[];
  /** `own`: the route shows and changes nothing but what belongs to the operator's office; their role names it. */
  office: 'own' | 'any';
  /** A dangerous act: the sign-in must not be older than the setting says. */
  isFresh?: boolean;
}

export interface ConsoleRoute {
  method: 'GET' | 'POST';
  path: string;
  policy: Policy;
}

export interface ConsoleState {
  operator: Operator;
  /** Of the sign-in that the console's session came from. */
  sessionUid: string;
  /** Areas this operator may enter. */
  entries: { name: string; path: string }[];
  /** Signs in anew and comes back here; answers true when it did. */
  askForFreshSignIn(): boolean;
}

type Handler = (ctx: Context) => Promise<void> | void;

/** The routes of one area of the console. What is not declared here with its policy is not there at all (K1). */
export class ConsoleRouter {
  readonly prefix: string;
  /** The name of its navigation entry, `console-nav.<entry>` in the locales. */
  readonly entry: string;
  readonly routes: ConsoleRoute[] = [];
  readonly #router: Router;

  constructor({ prefix, entry }: { prefix: `/console${string}`; entry: string }) {
    this.prefix = prefix;
    this.entry = entry;
    this.#router = new Router({ prefix });
  }

  get(path: string, policy: Policy, handler: Handler): void {
    this.#declare('GET', path, policy);
    this.#router.get(path, guard(policy, this.entry), handler);
  }

  post(path: string, policy: Policy, handler: Handler): void {
    this.#declare('POST', path, policy);
    this.#router.post(path, guard(policy, this.entry), handler);
  }

  /** Whoever may look at its first page finds it in the navigation. */
  isFor(operator: Operator): boolean {
    const first = this.routes.find(({ method, path }) => method === 'GET' && path === this.prefix);
    return first !== undefined && mayUse(operator, first.policy);
  }

  middleware(): Middleware[] {
    return [this.#router.routes(), this.#router.allowedMethods()] as unknown as Middleware[];
  }

  #declare(method: ConsoleRoute['method'], path: string, policy: Policy | undefined): void {
    if (!policy?.roles?.length || !policy.office)
      throw new Error(`${method} ${this.prefix}${path} says not whom it is for: give it a policy`);
    this.routes.push({ method, path: `${this.prefix}${path === '/' ? '' : path}`, policy });
  }
}

export function consoleOf(ctx: Context): ConsoleState {
  return ctx.state.console as ConsoleState;
}

export function operatorOf(ctx: Context): Operator {
  return consoleOf(ctx).operator;
}

/** The office of the operator at work; whatever belongs to another one is not found. */
export function ownOffice(ctx: Context, role: Role): string {
  const office = operatorOf(ctx).roles.find((held) => held.role === role)?.office;
  if (office === undefined) throw new Refusal('not_found', 404);
  return office;
}

/** What the layout of every console page needs. */
export function consoleNavigation(ctx: Context) {
  const { operator, entries } = consoleOf(ctx);
  return { operator: { name: operator.name }, entries, nav: ctx.state.consoleEntry as string | undefined };
}

function mayUse({ roles: held }: Operator, { roles }: Policy): boolean {
  return held.some(({ role }) => roles.includes(role));
}

function guard(policy: Policy, entry: string): Middleware {
  return (ctx, next) => {
    const { operator, askForFreshSignIn } = consoleOf(ctx);
    if (!mayUse(operator, policy)) throw new Refusal('not_your_role', 403);
    if (policy.isFresh && askForFreshSignIn()) return Promise.resolve();
    ctx.state.consoleEntry = entry;
    return next();
  };
}
