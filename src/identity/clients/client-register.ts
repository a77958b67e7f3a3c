import { newToken } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import { compareFields, tagOf, withoutDates } from '#src/identity/clients/client-changes.ts';
import { ClientRefusal } from '#src/identity/clients/client-refusal.ts';
import type { ClientMetadata, ValidateClient } from '#src/identity/clients/client.ts';
import type { Clients, ListedClient } from '#src/identity/clients/clients.ts';

export interface RegisterDeps {
  db: Database;
  clients: Clients;
  audit: Audit;
  validate: ValidateClient;
}

/** A client as it now stands. The secret is there when it is new, and never again. */
export interface RegisteredClient {
  client: ListedClient;
  secret?: string;
}

/** Registers, changes and removes one client, as an operator does. Every change is checked first and audited with it. */
export class ClientRegister {
  readonly #deps: RegisterDeps;

  constructor(deps: RegisterDeps) {
    this.#deps = deps;
  }

  /** @throws ClientRefusal invalid_client_metadata, client_exists. */
  async add(wanted: { client_id: string } & Record<string, unknown>): Promise<RegisteredClient> {
    const { metadata, needsSecret } = await this.#check(wanted);
    const id = wanted.client_id;
    const secret = needsSecret ? chosenOrNew(wanted.client_secret) : undefined;
    return this.#change(id, async (transaction) => {
      const added = await this.#deps.clients.add(id, { ...metadata, client_secret: secret }, transaction);
      if (!added) throw new ClientRefusal('client_exists');
      await this.#deps.audit.record(auditEvent.clientRegistered(id), transaction);
      return secret;
    });
  }

  /**
   * Takes the place of all the metadata. The secret stays, unless another is given or none is needed any more.
   * @throws ClientRefusal invalid_client_metadata, client_not_found, and changed_meanwhile when `tag` is not the client's any more.
   */
  async replace(id: string, wanted: Record<string, unknown>, tag?: string): Promise<RegisteredClient> {
    const { metadata, needsSecret } = await this.#check({ ...wanted, client_id: id });
    return this.#change(id, async (transaction) => {
      const known = await this.#lock(id, transaction, tag);
      const fields = Object.keys(compareFields(withoutDates(known.metadata), metadata));
      const secret = needsSecret ? chosenOrNew(wanted.client_secret ?? known.secret) : undefined;
      if (secret !== known.secret) fields.push('client_secret');
      if (fields.length === 0) return undefined;
      const after = { ...datesOf(known.metadata), ...metadata, client_secret: secret };
      await this.#deps.clients.save(id, after, transaction);
      await this.#deps.audit.record(auditEvent.clientChanged(id, fields), transaction);
      return secret === known.secret ? undefined : secret;
    });
  }

  /** @throws ClientRefusal client_not_found, changed_meanwhile. */
  async remove(id: string, tag?: string): Promise<void> {
    const { db, clients, audit } = this.#deps;
    await db.transaction().execute(async (transaction) => {
      await this.#lock(id, transaction, tag);
      await clients.remove(id, transaction);
      await audit.record(auditEvent.clientRemoved(id), transaction);
    });
    clients.forget(id);
  }

  /** The old secret ends with it. @throws ClientRefusal client_not_found, secret_not_used. */
  async renewSecret(id: string): Promise<RegisteredClient> {
    return this.#change(id, async (transaction) => {
      const { metadata, secret: old } = await this.#lock(id, transaction);
      if (old === undefined) throw new ClientRefusal('secret_not_used');
      const secret = newToken();
      await this.#deps.clients.save(id, { ...metadata, client_secret: secret }, transaction);
      await this.#deps.audit.record(auditEvent.clientSecretRenewed(id), transaction);
      return secret;
    });
  }

  async #check(wanted: Record<string, unknown>): Promise<{ metadata: ClientMetadata; needsSecret: boolean }> {
    const validation = await this.#deps.validate(wanted, { fetches: true });
    if (!validation.ok) throw new ClientRefusal('invalid_client_metadata', validation.fields);
    return validation;
  }

  async #lock(id: string, transaction: Connection, tag?: string) {
    const known = await this.#deps.clients.lock(id, transaction);
    if (!known) throw new ClientRefusal('client_not_found');
    if (tag !== undefined && tag !== clientTag(known)) throw new ClientRefusal('changed_meanwhile');
    return known;
  }

  async #change(id: string, work: (transaction: Connection) => Promise<string | undefined>): Promise<RegisteredClient> {
    const { db, clients } = this.#deps;
    const secret = await db.transaction().execute(work);
    clients.forget(id);
    const client = await clients.find(id);
    if (!client) throw new ClientRefusal('client_not_found');
    const { secret: _, ...listed } = client;
    return { client: listed, ...(secret === undefined ? {} : { secret }) };
  }
}

/** Equal for equal metadata: what was read is what is changed. */
export function clientTag({ id, metadata }: Pick<ListedClient, 'id' | 'metadata'>): string {
  return tagOf([id, metadata]);
}

export function datesOf(metadata: ClientMetadata): ClientMetadata {
  const { client_id_issued_at, client_secret_expires_at } = metadata;
  return { client_id_issued_at, client_secret_expires_at };
}

function chosenOrNew(chosen: unknown): string {
  return typeof chosen === 'string' ? chosen : newToken();
}
