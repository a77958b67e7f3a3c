import type { Context } from 'koa';
import { newToken } from '#src/platform/security/random.ts';
import { consoleSignInPath } from '#src/protocols/oidc/console-client.ts';

const START_MINUTES = 15;

/** The console's cookies: never sent along from another site, never to another page of this one. */
export class ConsoleCookies {
  readonly #session: string;
  readonly #start: string;
  readonly #options;

  constructor(issuer: string) {
    const secure = issuer.startsWith('https:');
    const prefix = secure ? '__Secure-' : '';
    this.#session = `${prefix}console`;
    this.#start = `${prefix}console_start`;
    this.#options = {
      httpOnly: true,
      sameSite: 'strict',
      secure,
      signed: true,
      overwrite: true,
      path: '/console',
    } as const;
  }

  session(ctx: Context): string | undefined {
    return ctx.cookies.get(this.#session, { signed: true });
  }

  keep(ctx: Context, token: string): void {
    ctx.cookies.set(this.#session, token, this.#options);
  }

  forget(ctx: Context): void {
    ctx.cookies.set(this.#session, null, this.#options);
  }

  /** Sends the browser to sign in anew, and notes when and why: an older sign-in will not do. */
  begin(ctx: Context, returnTo: string): void {
    const state = newToken();
    const startedAt = Math.floor(Date.now() / 1000);
    const note = Buffer.from(JSON.stringify({ state, startedAt, returnTo } satisfies Start)).toString('base64url');
    ctx.cookies.set(this.#start, note, { ...this.#options, maxAge: START_MINUTES * 60_000 });
    ctx.status = 303;
    ctx.set('location', consoleSignInPath(state));
    ctx.body = '';
  }

  /** Once: the sign-in that this browser was sent to, if it is the one that comes back. */
  takeStart(ctx: Context): Start | undefined {
    const note = ctx.cookies.get(this.#start, { signed: true });
    if (!note) return undefined;
    ctx.cookies.set(this.#start, null, this.#options);
    const start = JSON.parse(Buffer.from(note, 'base64url').toString()) as Start;
    const isLate = Date.now() / 1000 - start.startedAt > START_MINUTES * 60;
    return isLate || start.state !== ctx.query.state ? undefined : start;
  }
}

interface Start {
  state: string;
  /** Seconds since 1970, like the moments of sign-ins. */
  startedAt: number;
  returnTo: string;
}
