import { newToken } from '#src/platform/security/random.ts';
import type { PendingSignIn, SignedIn } from '#src/web/demo/relying-party.ts';

const LIFETIME_MS = 3_600_000;
const MOST_SESSIONS = 1000;
const MOST_PENDING = 20;

export interface DemoSession {
  id: string;
  /** By state: several tabs may be signing in at once. */
  pending: Map<string, PendingSignIn>;
  person?: SignedIn;
  endsAt: number;
}

/** The sessions of one demo client system. They live in memory: a restart signs everybody out of the demo. */
export class DemoSessions {
  readonly #sessions = new Map<string, DemoSession>();
  readonly #seenLogouts = new Set<string>();

  find(id: string | undefined): DemoSession | undefined {
    const session = id === undefined ? undefined : this.#sessions.get(id);
    if (session && session.endsAt > Date.now()) return session;
    return undefined;
  }

  begin(): DemoSession {
    return this.#keep({ id: newToken(), pending: new Map(), endsAt: Date.now() + LIFETIME_MS });
  }

  remember(session: DemoSession, state: string, pending: PendingSignIn): void {
    session.pending.set(state, pending);
    for (const [oldest] of session.pending) if (session.pending.size > MOST_PENDING) session.pending.delete(oldest);
  }

  /** Once: a callback that is opened again finds nothing. */
  take(session: DemoSession, state: string): PendingSignIn | undefined {
    const pending = session.pending.get(state);
    session.pending.delete(state);
    return pending;
  }

  /** Under a new id, so that an id somebody planted before is worth nothing. */
  signIn({ id, pending }: DemoSession, person: SignedIn): DemoSession {
    this.#sessions.delete(id);
    return this.#keep({ id: newToken(), pending, person, endsAt: Date.now() + LIFETIME_MS });
  }

  end({ id }: DemoSession): void {
    this.#sessions.delete(id);
  }

  /** By the provider's word: one session of theirs, or everywhere when it names none. False: this word was heard before. */
  endByLogout({ sub, sid, jti }: { sub?: string; sid?: string; jti: string }): boolean {
    if (this.#seenLogouts.has(jti)) return false;
    this.#seenLogouts.add(jti);
    for (const old of this.#seenLogouts) if (this.#seenLogouts.size > MOST_SESSIONS) this.#seenLogouts.delete(old);
    for (const [id, { person }] of this.#sessions) {
      if (person && (sid ? person.payload.sid === sid : person.payload.sub === sub)) this.#sessions.delete(id);
    }
    return true;
  }

  #keep(session: DemoSession): DemoSession {
    this.#sessions.set(session.id, session);
    for (const [oldest] of this.#sessions) if (this.#sessions.size > MOST_SESSIONS) this.#sessions.delete(oldest);
    return session;
  }
}
