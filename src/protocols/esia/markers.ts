import { createHash, hash } from 'node:crypto';
import type { Clock } from '#src/platform/clock.ts';
import type { Account } from '#src/identity/accounts/account.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import type { MarkerAlgorithm } from '#src/protocols/esia/esia-client.ts';
import type { MarkerKeys } from '#src/protocols/esia/marker-keys.ts';

interface MarkersDeps {
  keys: MarkerKeys;
  clock: Clock;
  settings: { issuer: string; accessTokenSeconds: number; idTokenSeconds: number };
}

/** Whom a marker speaks of. */
export interface Bearer {
  clientId: string;
  scope: string;
  account: Account;
  sessionUid: string;
  authTime: number;
  amr: string[];
}

export interface CodeClaims {
  jti: string;
  client_id: string;
  scope: string;
  redirect_uri: string;
  exp: number;
  'urn:esia:client:state': string;
  /** What the client must show again as `code_verifier`. */
  code_challenge?: string;
}

type Claims = Record<string, unknown>;

/** Markers in the shape that clients of ESIA take apart: numbers as numbers, their own header fields, the fixed issuer. */
export class Markers {
  readonly #deps: MarkersDeps;

  constructor(deps: MarkersDeps) {
    this.#deps = deps;
  }

  access({ clientId, scope, account, sessionUid }: Bearer, algorithm: MarkerAlgorithm): string {
    const times = this.#times(this.#deps.settings.accessTokenSeconds);
    const session = { 'urn:esia:sid': uuidOf(sessionUid, clientId), 'urn:esia:sbj_id': account.oid };
    return this.#sign('access', 1, { ...times, scope, ...session, client_id: clientId }, algorithm);
  }

  /** A system's own: there is no person in it. */
  clientAccess(clientId: string, scope: string, session: string, algorithm: MarkerAlgorithm): string {
    const times = this.#times(this.#deps.settings.accessTokenSeconds);
    return this.#sign('access', 1, { ...times, scope, 'urn:esia:sid': session, client_id: clientId }, algorithm);
  }

  identity({ clientId, account, sessionUid, authTime, amr }: Bearer, algorithm: MarkerAlgorithm): string {
    const means = amr.includes('sc') ? 'DS' : 'PWD';
    const claims = {
      ...this.#times(this.#deps.settings.idTokenSeconds),
      aud: clientId,
      sub: account.oid,
      auth_time: authTime,
      amr: means,
      'urn:esia:amd': means,
      'urn:esia:sid': uuidOf(sessionUid, clientId),
      'urn:esia:sbj': subject(account),
    };
    return this.#sign('id', 0, claims, algorithm);
  }

  /** The code is a marker too. Its life is in milliseconds, as ESIA has it. */
  code({
    bearer,
    claims,
    seconds,
  }: {
    bearer: Bearer;
    claims: Omit<CodeClaims, 'exp' | 'client_id' | 'scope'>;
    seconds: number;
  }): string {
    const now = this.#deps.clock.now().getTime();
    const { clientId, scope, account, sessionUid, authTime } = bearer;
    const payload = {
      ...this.#times(seconds),
      ...claims,
      exp: now + seconds * 1000,
      auth_time: authTime * 1000,
      auth_mthd: 'PWD',
      scope,
      client_id: clientId,
      'urn:esia:sid': uuidOf(sessionUid, clientId),
      'urn:esia:sbj': subject(account),
    };
    return this.#sign('authorization_code', 1, payload, 'RS256');
  }

  /** Undefined: not one of ours. Whether it is still good is for the caller. */
  read(marker: string, type: 'access' | 'authorization_code'): Claims | undefined {
    const [header, payload, signature, ...more] = marker.split('.');
    if (!header || !payload || !signature || more.length > 0 || marker.length > 8192) return undefined;
    const { alg, sbt } = parse(header) ?? {};
    if (sbt !== type) return undefined;
    const text = `${header}.${payload}`;
    return this.#deps.keys.isOurs(alg, text, Buffer.from(signature, 'base64url')) ? parse(payload) : undefined;
  }

  #times(seconds: number) {
    const now = Math.floor(this.#deps.clock.now().getTime() / 1000);
    return { nbf: now, iss: this.#deps.settings.issuer, exp: now + seconds, iat: now };
  }

  #sign(sbt: string, ver: number, payload: Claims, alg: MarkerAlgorithm): string {
    const text = `${encode({ ver, typ: 'JWT', sbt, alg })}.${encode(payload)}`;
    return `${text}.${this.#deps.keys.sign(alg, text).toString('base64url')}`;
  }
}

/** The name under which a marker is kept: whoever shows the marker can make it, and nobody else. */
export function markerId(marker: string): string {
  return hash('sha256', `esia-marker:${marker}`, 'base64url');
}

function subject(account: Account) {
  const isTrusted = tierFrom(account.evidence) === 'confirmed';
  return {
    'urn:esia:sbj:typ': 'P',
    'urn:esia:sbj:oid': account.oid,
    'urn:esia:sbj:nam': `OID.${account.oid}`,
    'urn:esia:sbj:eid': account.oid,
    'urn:esia:sbj:lvl': isTrusted ? 'PR' : 'P',
    // Clients test for its presence, so it is never false.
    ...(isTrusted ? { 'urn:esia:sbj:is_tru': true } : {}),
  };
}

/** The same session is another one at every client. */
function uuidOf(sessionUid: string, clientId: string): string {
  const hex = createHash('sha256').update(`esia-session:${sessionUid}:${clientId}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function parse(part: string): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}
