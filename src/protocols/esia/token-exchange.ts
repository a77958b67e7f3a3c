import { createHash, randomUUID } from 'node:crypto';
import type { Scopes } from '#src/platform/config/scopes.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Dialect, Redeemed } from '#src/protocols/oidc/dialect.ts';
import { EsiaError } from '#src/protocols/esia/esia-error.ts';
import type { EsiaClient } from '#src/protocols/esia/esia-client.ts';
import { markerScope, parseScopes, permittedScopes } from '#src/protocols/esia/esia-scopes.ts';
import type { RequestKind } from '#src/protocols/esia/message-orders.ts';
import { markerId, type CodeClaims, type Markers } from '#src/protocols/esia/markers.ts';
import { valueOf, type Parameters } from '#src/protocols/esia/parameters.ts';
import { isSameOrigin } from '#src/protocols/esia/redirect-address.ts';

interface TokenExchangeDeps {
  accounts: Accounts;
  dialect: Dialect;
  markers: Markers;
  scopes: Scopes;
  accessTokenSeconds: number;
}

/** All six members that clients read, each of the type they expect. */
export interface TokenAnswer {
  access_token: string;
  id_token?: string;
  refresh_token?: string;
  token_type: 'Bearer';
  expires_in: number;
  state: string;
}

/** Codes, refresh tokens and systems' own requests become markers. The request is proven to be the client's. */
export class TokenExchange {
  readonly #deps: TokenExchangeDeps;

  constructor(deps: TokenExchangeDeps) {
    this.#deps = deps;
  }

  async answer(client: EsiaClient, kind: RequestKind, parameters: Parameters): Promise<TokenAnswer> {
    if (kind === 'client_credentials') return this.#forSystem(client, parameters);
    const { source, scope } =
      kind === 'refresh_token' ? await this.#byRefresh(client, parameters) : await this.#byCode(client, parameters);
    return this.#forPerson(client, { source, scope, state: valueOf(parameters, 'state') });
  }

  async #byCode(client: EsiaClient, parameters: Parameters): Promise<{ source: Redeemed; scope: string }> {
    const claims = this.#deps.markers.read(valueOf(parameters, 'code'), 'authorization_code') as CodeClaims | undefined;
    if (!claims) throw new EsiaError('007011', 'the code is missing, or not one of ours');
    if (claims.client_id !== client.mnemonic) throw new EsiaError('007011', 'the code was given to another client');
    checkReturnAddress(client, claims, parameters);
    checkVerifier(claims, parameters);
    if (client.isStrict && valueOf(parameters, 'state') === claims['urn:esia:client:state'])
      throw new EsiaError('007003', 'the strict profile wants a new state at the token endpoint', 'state');
    const source = await this.#deps.dialect.redeemCode(claims.jti, client.mnemonic);
    if (!source) throw new EsiaError('007011', 'the code is expired, was used before, or the person took it back');
    return { source, scope: claims.scope };
  }

  async #byRefresh(client: EsiaClient, parameters: Parameters): Promise<{ source: Redeemed; scope: string }> {
    const token = valueOf(parameters, 'refresh_token');
    const source = token && (await this.#deps.dialect.redeemRefreshToken(token, client.mnemonic));
    if (!source)
      throw new EsiaError(
        '007011',
        'the refresh token is unknown, expired, was used before, or the person took it back',
      );
    return { source, scope: source.scope };
  }

  async #forPerson(
    client: EsiaClient,
    { source, scope, state }: { source: Redeemed; scope: string; state: string },
  ): Promise<TokenAnswer> {
    const { accounts, dialect, markers, accessTokenSeconds } = this.#deps;
    const account = await accounts.find(source.accountId);
    if (account?.status !== 'active') throw new EsiaError('007011', 'the account is not active');
    if (!(await dialect.isStillEnough(account, client.mnemonic)))
      throw new EsiaError('007011', 'the account is below the tier that the system asks for');
    const { mnemonic, markerAlgorithm } = client;
    const { sessionUid, authTime, amr = [] } = source;
    const bearer = { clientId: mnemonic, scope, account, sessionUid, authTime, amr };
    const marker = markers.access(bearer, markerAlgorithm);
    const [refreshToken] = await Promise.all([
      dialect.saveRefreshToken(source, scope),
      dialect.saveAccessToken(source, { id: markerId(marker), scope, seconds: accessTokenSeconds }),
    ]);
    return {
      access_token: marker,
      expires_in: accessTokenSeconds,
      state,
      token_type: 'Bearer',
      refresh_token: refreshToken,
      id_token: markers.identity(bearer, markerAlgorithm),
    };
  }

  async #forSystem({ mnemonic, markerAlgorithm, ...client }: EsiaClient, parameters: Parameters): Promise<TokenAnswer> {
    const { dialect, markers, scopes, accessTokenSeconds } = this.#deps;
    const items = permittedScopes(
      parseScopes(valueOf(parameters, 'scope')),
      { mnemonic, markerAlgorithm, ...client },
      scopes,
    );
    const scope = markerScope(items);
    const marker = markers.clientAccess(mnemonic, scope, randomUUID(), markerAlgorithm);
    await dialect.saveClientToken(mnemonic, { id: markerId(marker), scope, seconds: accessTokenSeconds });
    const state = valueOf(parameters, 'state');
    return { access_token: marker, expires_in: accessTokenSeconds, state, token_type: 'Bearer' };
  }
}

/** Clients send their callback with its query here, or another path of theirs; the domain is what was registered. */
function checkReturnAddress(client: EsiaClient, claims: CodeClaims, parameters: Parameters): void {
  const address = valueOf(parameters, 'redirect_uri');
  if (address === '' && !client.isStrict) return;
  const isRight = client.isStrict ? address === claims.redirect_uri : isSameOrigin(address, claims.redirect_uri);
  if (!isRight)
    throw new EsiaError('007011', `redirect_uri is not the one of the authorization request: ${claims.redirect_uri}`);
}

function checkVerifier({ code_challenge: challenge }: CodeClaims, parameters: Parameters): void {
  const verifier = valueOf(parameters, 'code_verifier');
  if (challenge === undefined && verifier === '') return;
  if (challenge === undefined) throw new EsiaError('007039', 'code_verifier without a code_challenge before');
  const answer = createHash('sha256').update(verifier).digest('base64url');
  if (answer !== challenge) throw new EsiaError('007040', 'code_verifier does not answer the code_challenge');
}
