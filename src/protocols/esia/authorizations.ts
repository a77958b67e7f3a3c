import { createHash, randomBytes } from 'node:crypto';
import type { Config } from '#src/platform/config/config.ts';
import type { Scopes } from '#src/platform/config/scopes.ts';
import type { Flows } from '#src/platform/storage/flows.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { acrOf } from '#src/protocols/oidc/assurance.ts';
import type { Dialect } from '#src/protocols/oidc/dialect.ts';
import { ESIA_RETURN_PATH } from '#src/protocols/oidc/esia-client.ts';
import type { EsiaClient } from '#src/protocols/esia/esia-client.ts';
import { EsiaError, fromOAuthError } from '#src/protocols/esia/esia-error.ts';
import {
  markerScope,
  parseScopes,
  permittedScopes,
  providerScope,
  type ScopeItem,
} from '#src/protocols/esia/esia-scopes.ts';
import type { Markers } from '#src/protocols/esia/markers.ts';
import { valueOf, type Parameters } from '#src/protocols/esia/parameters.ts';
import { allowedRedirect, withParameters } from '#src/protocols/esia/redirect-address.ts';

interface AuthorizationsDeps {
  config: Config;
  flows: Flows;
  accounts: Accounts;
  dialect: Dialect;
  scopes: Scopes;
  markers: Markers;
}

/** What the client asked, kept while the person signs in. */
export interface UnderWay {
  clientId: string;
  redirectUri: string;
  state: string;
  scope: ScopeItem[];
  /** Of our own request to the provider. */
  codeChallenge: string;
  /** Of the client's, which it must answer at the token endpoint. */
  clientChallenge?: string;
}

/** The way of an authorization request: to the provider, and back to the client with a code of this dialect. */
export class Authorizations {
  readonly #deps: AuthorizationsDeps;

  constructor(deps: AuthorizationsDeps) {
    this.#deps = deps;
  }

  /** Where an error of this request may be sent. Undefined: the address is not the client's. */
  returnAddress(client: EsiaClient, parameters: Parameters): string | undefined {
    const address = valueOf(parameters, 'redirect_uri');
    const rules = { hosts: client.redirectHosts, isHttpAllowed: this.#deps.config.sandbox };
    return allowedRedirect(address, rules) && address;
  }

  /** The request is proven to be the client's. Answers where the browser goes on. */
  async begin(client: EsiaClient, parameters: Parameters, redirectUri: string): Promise<string> {
    const { config, flows, scopes, dialect } = this.#deps;
    if (valueOf(parameters, 'response_type') !== 'code')
      throw new EsiaError(
        '007009',
        `response_type is not code but ${valueOf(parameters, 'response_type').slice(0, 40)}`,
      );
    const asked = parseScopes([valueOf(parameters, 'scope'), valueOf(parameters, 'scope_org')].join(' '));
    const scope = permittedScopes(asked, client, scopes);
    const verifier = randomBytes(32).toString('base64url');
    const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
    const underWay: UnderWay = {
      clientId: client.mnemonic,
      redirectUri,
      state: valueOf(parameters, 'state'),
      scope,
      codeChallenge,
      clientChallenge: challengeIn(parameters),
    };
    const seconds = config.tokens.interactionMinutes * 60 + config.tokens.codeSeconds;
    return dialect.begin({
      clientId: client.mnemonic,
      redirectUri: `${config.issuer}${ESIA_RETURN_PATH}`,
      scope: providerScope(scope, scopes),
      state: await flows.create(KIND, underWay, seconds),
      codeChallenge,
      isOffline: valueOf(parameters, 'access_type') === 'offline',
      acr: mustBeConfirmed(client, parameters) ? acrOf({ tier: 'confirmed', mfa: false }) : undefined,
      sandboxPerson: config.sandbox ? valueOf(parameters, 'sandbox_person') || undefined : undefined,
      uiLocales: valueOf(parameters, 'ui_locales') || undefined,
    });
  }

  /** Once. Undefined: over, or never was. */
  async take(state: string): Promise<UnderWay | undefined> {
    return this.#deps.flows.take<UnderWay>(KIND, state);
  }

  /** The provider is done: answers the client's address with a code of this dialect, or with what went wrong. */
  async finish(underWay: UnderWay, parameters: Parameters): Promise<string> {
    const { config, dialect, accounts, markers } = this.#deps;
    const { clientId, redirectUri, state } = underWay;
    const error = valueOf(parameters, 'error');
    if (error) throw fromOAuthError(error, valueOf(parameters, 'error_description'));
    const code = valueOf(parameters, 'code');
    const source = await dialect.readCode(code);
    // A code of another request, slipped in on the way, was made for another challenge.
    if (source?.clientId !== clientId || source.codeChallenge !== underWay.codeChallenge)
      throw new EsiaError('007004', 'the code that came back is not of this request');
    const account = await accounts.find(source.accountId);
    if (!account) throw new EsiaError('007004', 'the account is gone');
    const { sessionUid, authTime, amr } = source;
    const bearer = {
      clientId,
      scope: markerScope(underWay.scope, account.oid),
      account,
      sessionUid,
      authTime,
      amr: amr ?? [],
    };
    const claims = {
      jti: code,
      redirect_uri: redirectUri,
      'urn:esia:client:state': state,
      ...(underWay.clientChallenge ? { code_challenge: underWay.clientChallenge } : {}),
    };
    const marker = markers.code({ bearer, claims, seconds: config.tokens.codeSeconds });
    return withParameters(redirectUri, { code: marker, state });
  }
}

const KIND = 'esia-authorization';

/** Only S256 is known to be meant; a challenge of another kind could never be answered. */
function challengeIn(parameters: Parameters): string | undefined {
  const challenge = valueOf(parameters, 'code_challenge');
  const method = valueOf(parameters, 'code_challenge_method');
  if (challenge === '') return undefined;
  if (method !== '' && method !== 'S256')
    throw new EsiaError('007003', `code_challenge_method ${method.slice(0, 20)}: write S256`);
  if (!/^[\w-]{43}$/.test(challenge)) throw new EsiaError('007003', 'code_challenge is not 43 characters of base64url');
  return challenge;
}

/**
 * Who may finish the request. All who have an account here are grown up and sign in for themselves, so a filter that
 * only children, organisations or holders of a role pass is refused at once, before anybody has signed in in vain.
 */
function mustBeConfirmed({ isStrict }: EsiaClient, parameters: Parameters): boolean {
  const filter = Buffer.from(valueOf(parameters, 'person_filter').slice(0, 100), 'base64').toString('utf8');
  if (filter === 'acc_kid') throw new EsiaError('007062', 'person_filter acc_kid: no children have accounts here');
  if (isStrict && !['', 'conf_acc', 'acc_not_kid'].includes(filter))
    throw new EsiaError('007003', 'person_filter is not conf_acc, acc_kid or acc_not_kid in base64', 'person_filter');
  const type = valueOf(parameters, 'obj_type');
  if (!['', 'P'].includes(type)) throw new EsiaError('007061', `obj_type ${type.slice(0, 20)}: only P signs in here`);
  if (valueOf(parameters, 'roles') !== '')
    throw new EsiaError('007060', 'roles: nobody here has one in an organisation');
  return filter === 'conf_acc';
}
