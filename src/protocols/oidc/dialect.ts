import { randomUUID } from 'node:crypto';
import { UnsecuredJWT } from 'jose';
import { errors } from 'oidc-provider';
import type { Account } from '#src/identity/accounts/account.ts';
import type { Artifacts } from '#src/identity/sessions/artifacts.ts';
import { isStillEnough } from '#src/protocols/oidc/assurance.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';

/** An authorization request that another dialect has checked and hands over. */
export interface HandedOver {
  clientId: string;
  redirectUri: string;
  scope: string;
  state: string;
  codeChallenge: string;
  isOffline: boolean;
  /** Nobody below this tier comes back. */
  acr?: string;
  sandboxPerson?: string;
  uiLocales?: string;
}

/** What a code or a refresh token stands for. */
export interface Source {
  clientId: string;
  accountId: string;
  grantId: string;
  scope: string;
  authTime: number;
  amr?: string[];
  sessionUid: string;
  codeChallenge?: string;
}

export type Redeemed = Source & { expiresWithSession: boolean };

/** A token under the name of its dialect's own form. */
export interface NamedToken {
  id: string;
  scope: string;
  seconds: number;
}

/**
 * The door for other dialects: an ordinary request goes in, with the same sign-in, consent, session and grant, and an
 * ordinary code comes out. Tokens of a dialect hang on the grant like all others, so that ending it ends them.
 */
export class Dialect {
  readonly #live: LiveProvider;
  readonly #artifacts: Artifacts;

  constructor({ live, artifacts }: { live: LiveProvider; artifacts: Artifacts }) {
    this.#live = live;
    this.#artifacts = artifacts;
  }

  /** Answers the address to send the browser to. The request is ours: the browser only carries its name. */
  async begin(request: HandedOver): Promise<string> {
    const provider = this.#live.current;
    const { clientId } = request;
    const pushed = new provider.PushedAuthorizationRequest({
      request: encode(request, provider.issuer),
      trusted: true,
    } as never) as unknown as { save(seconds: number): Promise<string> };
    const id = await pushed.save(PUSHED_SECONDS);
    const query = new URLSearchParams({ client_id: clientId, request_uri: `urn:ietf:params:oauth:request_uri:${id}` });
    return `/oauth2/auth?${query}`;
  }

  /** Undefined: unknown, expired, or its grant or session ended. */
  async readCode(code: string): Promise<Source | undefined> {
    return (await this.#live.current.AuthorizationCode.find(code)) as unknown as Source | undefined;
  }

  /** Once. Undefined when it is nobody's, somebody else's, or was used; in the last case what it gave dies with it (RFC 9700). */
  async redeemCode(code: string, clientId: string): Promise<Redeemed | undefined> {
    return this.#redeem(await this.#live.current.AuthorizationCode.find(code), clientId);
  }

  async redeemRefreshToken(token: string, clientId: string): Promise<Redeemed | undefined> {
    return this.#redeem(await this.#live.current.RefreshToken.find(token), clientId);
  }

  async saveAccessToken(source: Redeemed, { id, scope, seconds }: NamedToken): Promise<void> {
    const { AccessToken } = this.#live.current;
    const token = new AccessToken({ ...ownerOf(source), jti: id, scope, expiresIn: seconds, gty: 'esia' } as never);
    await saveOpaque(token);
  }

  /** A new one for each use, of the form that the dialect's clients expect. */
  async saveRefreshToken(source: Redeemed, scope: string): Promise<string> {
    const { RefreshToken } = this.#live.current;
    const { authTime, amr } = source;
    const token = new RefreshToken({
      ...ownerOf(source),
      jti: randomUUID(),
      scope,
      authTime,
      amr,
      gty: 'authorization_code',
    } as never);
    return (token as unknown as Saved).save();
  }

  async saveClientToken(clientId: string, { id, scope, seconds }: NamedToken): Promise<void> {
    const { ClientCredentials } = this.#live.current;
    await saveOpaque(new ClientCredentials({ clientId, jti: id, scope, expiresIn: seconds } as never));
  }

  async findAccessToken(id: string): Promise<{ accountId: string; clientId: string; scope: string } | undefined> {
    return (await this.#live.current.AccessToken.find(id)) as never;
  }

  async findClientToken(id: string): Promise<{ clientId: string; scope: string } | undefined> {
    return (await this.#live.current.ClientCredentials.find(id)) as never;
  }

  /** Whether the person still is what the client demands; asked wherever a token of a dialect is made or used (G6). */
  async isStillEnough(account: Account, clientId: string): Promise<boolean> {
    const client = await this.#live.current.Client.find(clientId);
    return client !== undefined && isStillEnough(account, client, undefined);
  }

  /** False: something of this name was seen from this client before. The database decides, in one statement. */
  async isFirst(clientId: string, name: string, seconds: number): Promise<boolean> {
    return this.#artifacts.saveOnce({ name: 'ReplayDetection' }, `${clientId}${name}`, {}, seconds);
  }

  async #redeem(found: unknown, clientId: string): Promise<Redeemed | undefined> {
    const source = found as (Redeemed & { consume(): Promise<void> }) | undefined;
    if (!source || source.clientId !== clientId) return undefined;
    try {
      await source.consume();
    } catch (error) {
      if (error instanceof errors.InvalidGrant) return undefined;
      throw error;
    }
    return (await this.#live.current.Grant.find(source.grantId)) && source;
  }
}

interface Saved {
  save(): Promise<string>;
}

/** The library chooses the format together with the identifier, which is ours here. */
async function saveOpaque(token: unknown): Promise<void> {
  await Object.assign(token as Saved, { format: 'opaque' }).save();
}

const PUSHED_SECONDS = 60;

function encode(request: HandedOver, issuer: string): string {
  const { clientId, redirectUri, scope, state, codeChallenge, acr, isOffline, sandboxPerson, uiLocales } = request;
  const now = Math.floor(Date.now() / 1000);
  const parameters = {
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope,
    state,
    code_challenge: codeChallenge,
    code_challenge_method: 'S256',
    offline: isOffline ? 'yes' : undefined,
    claims: acr && { id_token: { acr: { essential: true, value: acr } } },
    sandbox_person: sandboxPerson,
    ui_locales: uiLocales,
  };
  const told = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
  return new UnsecuredJWT(told)
    .setIssuer(clientId)
    .setAudience(issuer)
    .setIssuedAt(now)
    .setNotBefore(now)
    .setExpirationTime(now + PUSHED_SECONDS)
    .encode();
}

function ownerOf({ accountId, clientId, grantId, sessionUid, expiresWithSession }: Redeemed) {
  return { accountId, clientId, grantId, sessionUid, expiresWithSession };
}
