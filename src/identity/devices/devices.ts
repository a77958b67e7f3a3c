import type { Clock } from '#src/platform/clock.ts';
import { hashToken, newId, newToken } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import * as deviceStore from '#src/identity/devices/device-store.ts';

/** A device as its owner sees it. */
export interface KnownDevice {
  id: string;
  name: string | null;
  since: Date;
  seenAt: Date;
  /** Until then the second factor is not asked for here. */
  rememberedUntil: Date | null;
  /** A passkey is offered first here. */
  prefersPasskey: boolean;
}

/** What a sign-in did to the list of devices. `secret` belongs into the browser's cookie. */
export interface Admitted {
  id: string;
  secret: string;
  isNew: boolean;
}

/** The browsers an account was signed in from, each known by the secret in its cookie. */
export class Devices {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #rememberedMs: number;

  constructor({ db, clock, rememberedDays }: { db: Database; clock: Clock; rememberedDays: number }) {
    this.#db = db;
    this.#clock = clock;
    this.#rememberedMs = rememberedDays * 86_400_000;
  }

  /** Undefined for a device that this account does not know. */
  async idOf(accountId: string, secret: string | undefined): Promise<string | undefined> {
    if (secret === undefined) return undefined;
    return (await deviceStore.find(this.#db, accountId, hashToken(secret)))?.id;
  }

  async isRemembered(accountId: string, secret: string | undefined): Promise<boolean> {
    if (secret === undefined) return false;
    const device = await deviceStore.find(this.#db, accountId, hashToken(secret));
    return device?.remembered_until ? device.remembered_until > this.#clock.now() : false;
  }

  /**
   * After a complete sign-in. A browser that is new to the account gets a new secret, so that a cookie somebody planted
   * there beforehand is worth nothing.
   */
  async admit(
    connection: Connection,
    accountId: string,
    { secret, name }: { secret: string | undefined; name: string | undefined },
  ): Promise<Admitted> {
    const now = this.#clock.now();
    const known = secret === undefined ? undefined : await deviceStore.find(connection, accountId, hashToken(secret));
    if (known) {
      await deviceStore.touch(connection, known.id, now, name ?? null);
      return { id: known.id, secret: secret!, isNew: false };
    }
    const fresh = newToken();
    if (secret !== undefined) await deviceStore.changeSecret(connection, hashToken(secret), hashToken(fresh));
    const id = newId(now);
    await deviceStore.insert(connection, {
      id,
      account_id: accountId,
      secret_hash: hashToken(fresh),
      name: name ?? null,
      created_at: now,
      seen_at: now,
      remembered_until: null,
      passkey_at: null,
    });
    return { id, secret: fresh, isNew: true };
  }

  async remember(connection: Connection, id: string): Promise<void> {
    const until = new Date(this.#clock.now().getTime() + this.#rememberedMs);
    await deviceStore.setRemembered(connection, id, until);
  }

  /** From now on a passkey of this account is what this browser offers first (L6). */
  async preferPasskey(connection: Connection, accountId: string, secret: string | undefined): Promise<void> {
    if (secret === undefined) return;
    await deviceStore.setPasskeyAt(connection, accountId, hashToken(secret), this.#clock.now());
  }

  /** The accounts whose owners prefer a passkey in this browser. */
  async preferringPasskey(secret: string | undefined): Promise<string[]> {
    return secret === undefined ? [] : deviceStore.accountsWithPasskey(this.#db, hashToken(secret));
  }

  async list(accountId: string): Promise<KnownDevice[]> {
    const now = this.#clock.now();
    return (await deviceStore.list(this.#db, accountId)).map((row) => ({
      id: row.id,
      name: row.name,
      since: row.created_at,
      seenAt: row.seen_at,
      rememberedUntil: row.remembered_until && row.remembered_until > now ? row.remembered_until : null,
      prefersPasskey: row.passkey_at !== null,
    }));
  }

  /** It is a stranger from now on: asked for everything, and told of at its next sign-in. */
  async forget(connection: Connection, accountId: string, id: string): Promise<boolean> {
    return deviceStore.remove(connection, accountId, id);
  }

  /** They stay known, but are asked for the second factor again. */
  async forgetRemembered(connection: Connection, accountId: string): Promise<void> {
    await deviceStore.forgetRemembered(connection, accountId);
  }

  async forgetAll(connection: Connection, accountId: string): Promise<void> {
    await deviceStore.remove(connection, accountId);
  }
}
