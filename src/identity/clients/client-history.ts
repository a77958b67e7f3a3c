import type { Clock } from '#src/platform/clock.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { StoredClientChange } from '#src/platform/storage/tables.ts';
import { withoutDates, type Target, type WantedClient } from '#src/identity/clients/client-changes.ts';
import { ClientRefusal } from '#src/identity/clients/client-refusal.ts';
import type { RegisterDeps } from '#src/identity/clients/client-register.ts';
import type { ClientMetadata } from '#src/identity/clients/client.ts';
import * as store from '#src/identity/clients/client-version-store.ts';

/** What each applied file did to the register, and the way back. */
export class ClientHistory {
  readonly #deps: Omit<RegisterDeps, 'audit'> & { clock: Clock };

  constructor(deps: Omit<RegisterDeps, 'audit'> & { clock: Clock }) {
    this.#deps = deps;
  }

  /** Answers the number of the version. */
  async keep(transaction: Connection, changes: StoredClientChange[], undoes: number | null): Promise<number> {
    return store.insertVersion(transaction, { at: this.#deps.clock.now(), undoes, changes });
  }

  /** Newest first. */
  async list(limit: number) {
    return (await store.listVersions(this.#deps.db, limit)).map(({ version, at, undoes, changes }) => ({
      version,
      at,
      rolledBackTo: undoes,
      changes: changes.map(({ id, before, after }) => ({ id, action: actionOf(before, after) })),
    }));
  }

  /** Each client that later versions touched, as it was before the first of them. @throws ClientRefusal version_not_found. */
  async targetOf(version: number, db: Connection): Promise<Target> {
    if (version !== 0 && !(await store.hasVersion(db, version))) throw new ClientRefusal('version_not_found');
    const before = new Map<string, { metadata: ClientMetadata | null; cell: string | null }>();
    for (const { changes } of await store.listVersionsAfter(db, version)) {
      for (const change of changes) {
        const cell = change.secret ?? before.get(change.id)?.cell ?? null;
        before.set(change.id, { metadata: change.before, cell });
      }
    }
    const target = new Map<string, WantedClient | null>();
    for (const [id, { metadata, cell }] of before) target.set(id, metadata && (await this.#revive(id, metadata, cell)));
    return target;
  }

  async #revive(id: string, metadata: ClientMetadata, cell: string | null): Promise<WantedClient> {
    const { validate, clients } = this.#deps;
    const checked = await validate({ ...withoutDates(metadata), client_id: id });
    if (!checked.ok) throw new ClientRefusal('invalid_client_metadata', checked.fields);
    return { ...checked, secret: cell ? clients.openSecret(id, Buffer.from(cell, 'base64')) : undefined };
  }
}

function actionOf(before: object | null, after: object | null): 'add' | 'change' | 'remove' {
  if (!before) return 'add';
  return after ? 'change' : 'remove';
}
