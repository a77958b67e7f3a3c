import { errors, type Provider } from 'oidc-provider';
import type { z } from 'zod';
import { withoutDates } from '#src/identity/clients/client-changes.ts';
import type { ClientMetadata, ClientValidation } from '#src/identity/clients/client.ts';
import { isOwnClient } from '#src/protocols/oidc/own-clients.ts';
import { completeEsiaClient } from '#src/protocols/oidc/esia-client.ts';
import { closestName, withoutIgnored, writtenClient } from '#src/protocols/oidc/client-metadata.ts';

/**
 * The one judgement on client metadata, for every way a client comes in: first the shapes, all at once, then the
 * provider's own rules, which stop at the first fault. `client_id` must be there. With `fetches` the sector document
 * (`sector_identifier_uri`) is fetched and must name the client's addresses.
 */
export async function validateClient(
  provider: Provider,
  metadata: Record<string, unknown>,
  { fetches = false } = {},
): Promise<ClientValidation> {
  const shape = writtenClient.safeParse(withoutIgnored(metadata));
  if (!shape.success) return { ok: false, fields: fieldsOf(shape.error) };
  if (isOwnClient(shape.data.client_id))
    return { ok: false, fields: { client_id: 'this is the personal account itself; choose another' } };
  const wanted = withDefaults(shape.data);
  const Client = provider.Client as unknown as ClientClass;
  const needsSecret = Client.needsSecret(wanted);
  const secret = needsSecret ? { client_secret: 'x'.repeat(32) } : {};
  const complete = completeEsiaClient({ ...wanted, ...secret }, provider.issuer);
  try {
    if (fetches && wanted.sector_identifier_uri !== undefined) await Client.validate(complete);
    const accepted = new Client(complete).metadata();
    return { ok: true, metadata: withoutCompletions(accepted, wanted), needsSecret };
  } catch (error) {
    if (!(error instanceof errors.OIDCProviderError)) throw error;
    return { ok: false, fields: fieldOf(error) };
  }
}

/** What the library's class also has, beyond its published types. */
interface ClientClass {
  new (metadata: unknown): { metadata(): Record<string, unknown> };
  needsSecret(metadata: Record<string, unknown>): boolean;
  validate(metadata: unknown): Promise<void>;
}

/** A client that signs nobody in has no addresses and no sector. */
function withDefaults(metadata: z.infer<typeof writtenClient>): Record<string, unknown> {
  const isForPeople = metadata.grant_types?.includes('authorization_code') ?? true;
  return isForPeople ? metadata : { response_types: [], subject_type: 'public', ...metadata };
}

/** Only what was written and what the provider takes for it; what it needs of an ESIA client it is given when it asks. */
function withoutCompletions(accepted: Record<string, unknown>, written: Record<string, unknown>): ClientMetadata {
  const { client_id: _, client_secret: __, ...metadata } = accepted;
  for (const name of ['redirect_uris', 'client_uri']) if (written[name] === undefined) delete metadata[name];
  return withoutDates(plain(metadata));
}

function fieldsOf({ issues }: z.ZodError): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0)
      for (const key of issue.keys) fields[key] = unknownName(key);
    else fields[issue.path.join('.')] ??= issue.message;
  }
  return fields;
}

function unknownName(key: string): string {
  const meant = closestName(key);
  return meant ? `there is no such field; did you mean ${meant}?` : 'there is no such field here';
}

/** The library names the field in its sentence. */
function fieldOf({ error_description: text = '', cause, message }: errors.OIDCProviderError): Record<string, string> {
  if (text.startsWith('client JSON Web Key Set'))
    return { jwks: `${text}${cause instanceof Error ? `: ${cause.message}` : ''}` };
  const field = /[a-z]+(?:_[a-z]+)+|\bscope\b|\bcontacts\b|\bjwks\b|\besia[\w.]*/.exec(text)?.[0] ?? 'client';
  return { [field]: `${text || message}${hints[text] ?? ''}` };
}

const hints: Record<string, string> = {
  'sector_identifier_uri is mandatory property':
    ': redirect_uris name several hosts. Write sector_identifier_uri, or subject_type: public',
  'scope must only contain Authorization Server supported scope values': '; config/scopes.yaml lists them',
};

/** Nothing of the library's own in what is stored. */
function plain(value: unknown): ClientMetadata {
  return JSON.parse(JSON.stringify(value)) as ClientMetadata;
}
