import { readCertificate, readJson, readYaml } from '#src/cli/files.ts';
import { UsageError, type Command, type Values } from '#src/cli/command.ts';

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true } as const;

export const clientOptions: Command['options'] = {
  name: text,
  'redirect-uri': list,
  'post-logout-redirect-uri': list,
  scope: text,
  'grant-type': list,
  'auth-method': text,
  'jwks-uri': text,
  jwks: text,
  'minimum-tier': text,
  'second-factor': { type: 'boolean' },
  purpose: text,
  'subject-type': text,
  certificate: list,
  'redirect-host': list,
  profile: text,
  signing: text,
  'marker-signing': text,
  set: list,
  file: text,
};

export const clientOptionsSay: Record<string, string> = {
  name: 'what people read: "University of Arzamas"',
  'redirect-uri': 'where people come back to; again for more',
  'post-logout-redirect-uri': 'where they go after signing out; again for more',
  scope: 'what may be asked for: "openid fullname snils"',
  'grant-type': 'authorization_code, refresh_token, client_credentials; again for more',
  'auth-method': 'client_secret_basic, client_secret_post, private_key_jwt, none',
  'jwks-uri': 'address of its keys',
  jwks: 'file with its public keys',
  'minimum-tier': 'simplified, standard, confirmed',
  'second-factor': 'people need two factors',
  purpose: 'why it asks for data, for the consent page',
  'subject-type': 'pairwise, public',
  certificate: 'ESIA dialect: file with a certificate, PEM or DER; again for more',
  'redirect-host': 'ESIA dialect: host, or host:port, of its addresses; again for more',
  profile: 'ESIA dialect: lenient, strict',
  signing: 'ESIA dialect: any, gost',
  'marker-signing': 'ESIA dialect: RS256, GOST3410_2012_256',
  set: 'any other member, as JSON: --set default_max_age=600; again for more; null removes it',
  file: 'YAML or JSON file with members; options win over it',
};

/** Options as registered metadata; only what was given. `before` is what lists and the ESIA part are merged into. */
export function toMetadata(values: Values, before: Record<string, any> = {}): Record<string, unknown> {
  const metadata: Record<string, any> = values.file
    ? { ...before, ...readMembers(String(values.file)) }
    : { ...before };
  for (const [option, name] of Object.entries(plain)) if (values[option] !== undefined) metadata[name] = values[option];
  if (values.jwks !== undefined) metadata.jwks = readJson(String(values.jwks));
  const esia: Record<string, any> = { ...metadata.esia };
  for (const [option, name] of Object.entries(ofEsia)) if (values[option] !== undefined) esia[name] = values[option];
  if (values.certificate !== undefined) esia.certificates = (values.certificate as string[]).map(readCertificate);
  if (Object.keys(esia).length > 0) metadata.esia = esia;
  for (const pair of (values.set ?? []) as string[]) setMember(metadata, pair);
  return metadata;
}

const plain: Record<string, string> = {
  name: 'client_name',
  'redirect-uri': 'redirect_uris',
  'post-logout-redirect-uri': 'post_logout_redirect_uris',
  scope: 'scope',
  'grant-type': 'grant_types',
  'auth-method': 'token_endpoint_auth_method',
  'jwks-uri': 'jwks_uri',
  'minimum-tier': 'minimum_tier',
  'second-factor': 'require_second_factor',
  purpose: 'purpose',
  'subject-type': 'subject_type',
};

const ofEsia: Record<string, string> = {
  'redirect-host': 'redirect_hosts',
  profile: 'profile',
  signing: 'signing',
  'marker-signing': 'marker_signing',
};

function readMembers(path: string): Record<string, unknown> {
  const members = readYaml(path);
  if (typeof members !== 'object' || members === null || Array.isArray(members))
    throw new UsageError(`${path} must hold the members of one client, as YAML or JSON`);
  return members as Record<string, unknown>;
}

function setMember(metadata: Record<string, unknown>, pair: string): void {
  const at = pair.indexOf('=');
  if (at < 1) throw new UsageError(`--set ${pair}: write --set member=value`);
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  try {
    metadata[name] = JSON.parse(value);
  } catch {
    metadata[name] = value;
  }
  if (metadata[name] === null) delete metadata[name];
}
