import type { Context } from 'koa';
import type { DemoClient } from '#src/sandbox/demo-clients.ts';
import { DemoSessions, type DemoSession } from '#src/web/demo/demo-sessions.ts';
import { RelyingParty } from '#src/web/demo/relying-party.ts';

/** One demo client system: its registration, its protocol side, its own sessions in its own cookie. */
export class DemoSystem {
  readonly client: DemoClient;
  readonly sessions = new DemoSessions();
  readonly relyingParty: RelyingParty;
  readonly #cookie: string;
  readonly #options: object;

  constructor(issuer: string, client: DemoClient) {
    this.client = client;
    this.relyingParty = new RelyingParty(issuer, client);
    this.#cookie = `demo_${client.site}`;
    const secure = issuer.startsWith('https:');
    this.#options = { path: this.path, httpOnly: true, sameSite: 'lax', secure, signed: true, overwrite: true };
  }

  get path(): string {
    return `/demo/${this.client.site}`;
  }

  sessionOf(ctx: Context): DemoSession | undefined {
    return this.sessions.find(ctx.cookies.get(this.#cookie, { signed: true }));
  }

  keep(ctx: Context, session: DemoSession): void {
    ctx.cookies.set(this.#cookie, session.id, this.#options);
  }

  forget(ctx: Context): void {
    ctx.cookies.set(this.#cookie, null, this.#options);
  }
}
