import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ClientMetadata } from '#src/identity/clients/client.ts';

/** What happens to one client, as a person reads it. */
export interface ClientChange {
  id: string;
  action: 'add' | 'change' | 'remove';
  /** Only what differs; `from` or `to` is missing where the field is. */
  fields: Record<string, { from?: unknown; to?: unknown }>;
}

/** A client as it shall be. `secret`: of one that comes back. */
export interface WantedClient {
  metadata: ClientMetadata;
  needsSecret: boolean;
  secret?: string | undefined;
}

/** `null`: the client shall go. */
export type Target = ReadonlyMap<string, WantedClient | null>;

/** The way from what is to what is wanted. Clients that are not named stay as they are. */
export function compareClients(current: ReadonlyMap<string, ClientMetadata>, target: Target): ClientChange[] {
  return [...target].flatMap(([id, wanted]) => {
    const after = wanted?.metadata;
    const before = current.get(id);
    if (!before && !after) return [];
    const fields = compareFields(before ?? {}, after ?? {});
    if (before && after && Object.keys(fields).length === 0) return [];
    return [{ id, action: !before ? 'add' : !after ? 'remove' : 'change', fields } satisfies ClientChange];
  });
}

export function compareFields(before: ClientMetadata, after: ClientMetadata): ClientChange['fields'] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const differing = names.filter((name) => !isDeepStrictEqual(before[name], after[name]));
  return Object.fromEntries(differing.map((name) => [name, { from: before[name], to: after[name] }]));
}

/** Names one state of one or more clients: equal states have equal tags. */
export function tagOf(state: unknown): string {
  return createHash('sha256').update(JSON.stringify(state)).digest('base64url').slice(0, 22);
}

/** When a client came is not part of what it is. */
export function withoutDates({
  client_id_issued_at: _,
  client_secret_expires_at: __,
  ...rest
}: ClientMetadata): ClientMetadata {
  return rest;
}
