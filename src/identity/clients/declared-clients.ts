import { newToken } from '#src/platform/security/random.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { StoredClientChange } from '#src/platform/storage/tables.ts';
import { auditEvent, type AuditEvent } from '#src/identity/audit/audit-event.ts';
import {
  compareClients,
  tagOf,
  withoutDates,
  type ClientChange,
  type Target,
  type WantedClient,
} from '#src/identity/clients/client-changes.ts';
import type { ClientHistory } from '#src/identity/clients/client-history.ts';
import { ClientRefusal } from '#src/identity/clients/client-refusal.ts';
import { clientTag, datesOf, type RegisterDeps } from '#src/identity/clients/client-register.ts';
import type { ClientMetadata } from '#src/identity/clients/client.ts';
import type { ListedClient } from '#src/identity/clients/clients.ts';

/** What the register shall hold. `prune`: and nothing else. */
export interface Declaration {
  clients: ({ client_id: string } & Record<string, unknown>)[];
  prune: boolean;
}

export interface ClientPlan {
  /** The state of the register that the plan is made for. */
  tag: string;
  changes: ClientChange[];
}

export interface AppliedPlan extends ClientPlan {
  /** Null when there was nothing to do. */
  version: number | null;
  /** Secrets that were made, by client; never to be seen again. */
  secrets: Record<string, string>;
}

/** The register as a file says it: planned, applied all or nothing, kept by version, undone. */
export class DeclaredClients {
  readonly #deps: RegisterDeps;
  readonly #history: ClientHistory;

  constructor({ history, ...deps }: RegisterDeps & { history: ClientHistory }) {
    this.#deps = deps;
    this.#history = history;
  }

  /** @throws ClientRefusal invalid_client_metadata with fields like `clients.2.redirect_uris`. */
  async plan(declaration: Declaration): Promise<ClientPlan> {
    const target = await this.#check(declaration);
    return this.#compare(await this.#deps.clients.list(), withPruning(target, declaration));
  }

  /** @throws ClientRefusal as plan, and changed_meanwhile when the register is not in the state `tag` names. */
  async apply(declaration: Declaration, tag: string): Promise<AppliedPlan> {
    const target = await this.#check(declaration);
    return this.#carryOut(tag, async () => withPruning(target, declaration));
  }

  /** What undoing every version after `version` would do. @throws ClientRefusal version_not_found. */
  async planRollback(version: number): Promise<ClientPlan> {
    const target = await this.#history.targetOf(version, this.#deps.db);
    return this.#compare(await this.#deps.clients.list(), () => target);
  }

  /** @throws ClientRefusal version_not_found, changed_meanwhile. */
  async rollback(version: number, tag: string): Promise<AppliedPlan> {
    return this.#carryOut(
      tag,
      async (transaction) => {
        const target = await this.#history.targetOf(version, transaction);
        return () => target;
      },
      version,
    );
  }

  async #check({ clients }: Declaration): Promise<Map<string, WantedClient>> {
    const target = new Map<string, WantedClient>();
    const problems: Record<string, string> = {};
    for (const [i, wanted] of clients.entries()) {
      if (target.has(wanted.client_id)) problems[`clients.${i}.client_id`] = `${wanted.client_id} stands here twice`;
      const checked = await this.#deps.validate(wanted, { fetches: true });
      if (checked.ok) target.set(wanted.client_id, checked);
      else for (const [field, problem] of Object.entries(checked.fields)) problems[`clients.${i}.${field}`] = problem;
      if (wanted.client_secret !== undefined) problems[`clients.${i}.client_secret`] = NO_SECRETS;
    }
    if (Object.keys(problems).length > 0) throw new ClientRefusal('invalid_client_metadata', problems);
    return target;
  }

  async #compare(listed: ListedClient[], targetFor: (listed: ListedClient[]) => Target): Promise<ClientPlan> {
    const target = targetFor(listed);
    const current = new Map<string, ClientMetadata>();
    for (const { id, metadata } of listed)
      if (target.has(id)) current.set(id, target.get(id) ? await this.#filledIn(id, metadata) : withoutDates(metadata));
    const tag = tagOf(listed.map((client) => clientTag(client)).sort());
    return { tag, changes: compareClients(current, target) };
  }

  /** A client that was saved before a default existed does not differ from one that names it. */
  async #filledIn(id: string, metadata: ClientMetadata): Promise<ClientMetadata> {
    const checked = await this.#deps.validate({ ...withoutDates(metadata), client_id: id });
    return checked.ok ? checked.metadata : withoutDates(metadata);
  }

  async #carryOut(
    tag: string,
    targetIn: (transaction: Connection) => Promise<(listed: ListedClient[]) => Target>,
    undoes: number | null = null,
  ): Promise<AppliedPlan> {
    const { db, clients } = this.#deps;
    const applied = await db.transaction().execute(async (transaction) => {
      const listed = await clients.lockAll(transaction);
      const targetFor = await targetIn(transaction);
      const plan = await this.#compare(listed, targetFor);
      if (plan.tag !== tag) throw new ClientRefusal('changed_meanwhile');
      if (plan.changes.length === 0) return { ...plan, version: null, secrets: {} };
      return this.#write(transaction, plan, targetFor(listed), undoes);
    });
    for (const { id } of applied.changes) clients.forget(id);
    return applied;
  }

  async #write(transaction: Connection, plan: ClientPlan, target: Target, undoes: number | null): Promise<AppliedPlan> {
    const { audit, clients } = this.#deps;
    const secrets: Record<string, string> = {};
    const stored: StoredClientChange[] = [];
    for (const change of plan.changes) {
      const { made, ...record } = await this.#writeOne(transaction, change, target.get(change.id)!);
      stored.push(record);
      if (made !== undefined) secrets[change.id] = made;
      await audit.record(eventOf(change), transaction);
    }
    const version = await this.#history.keep(transaction, stored, undoes);
    const count = stored.length;
    const event =
      undoes === null
        ? auditEvent.clientsApplied(version, count)
        : auditEvent.clientsRolledBack(version, undoes, count);
    await audit.record(event, transaction);
    const { tag } = await this.#compare(await clients.list(transaction), () => new Map());
    return { tag, changes: plan.changes, version, secrets };
  }

  async #writeOne(
    transaction: Connection,
    { id }: ClientChange,
    wanted: WantedClient | null,
  ): Promise<StoredClientChange & { made?: string }> {
    const { clients } = this.#deps;
    const known = await clients.lock(id, transaction);
    if (!wanted) {
      await clients.remove(id, transaction);
      const cell = known!.secret === undefined ? null : clients.sealSecret(id, known!.secret).toString('base64');
      return { id, before: known!.metadata, after: null, secret: cell };
    }
    const kept = known?.secret ?? wanted.secret;
    const made = wanted.needsSecret && kept === undefined ? newToken() : undefined;
    const after = { ...datesOf(known?.metadata ?? {}), ...wanted.metadata };
    await clients.save(id, { ...after, client_secret: wanted.needsSecret ? (kept ?? made) : undefined }, transaction);
    return { id, before: known?.metadata ?? null, after, secret: null, ...(made === undefined ? {} : { made }) };
  }
}

const NO_SECRETS = 'a secret does not belong in a file; leave it out: one is made, kept, and shown once';

/** With `prune`, whoever is not named shall go. */
function withPruning(target: Target, { prune }: Declaration): (listed: ListedClient[]) => Target {
  return (listed) => {
    if (!prune) return target;
    const others = listed.filter(({ id }) => !target.has(id)).map(({ id }) => [id, null] as const);
    return new Map<string, WantedClient | null>([...target, ...others]);
  };
}

function eventOf({ id, action, fields }: ClientChange): AuditEvent {
  if (action === 'add') return auditEvent.clientRegistered(id);
  if (action === 'remove') return auditEvent.clientRemoved(id);
  return auditEvent.clientChanged(id, Object.keys(fields));
}
