import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import * as client from 'openid-client';
import type { DemoClient } from '#src/sandbox/demo-clients.ts';

/** What a browser must bring back unchanged, kept until it does. */
export interface PendingSignIn {
  verifier: string;
  nonce: string;
}

export interface SignedIn {
  idToken: string;
  /** Of the ID token. */
  payload: client.IDToken;
  /** ID token and userinfo together. */
  claims: Record<string, unknown>;
}

/** The provider said no, with an error code of OAuth. */
export class RefusedSignIn extends Error {
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(code, options);
    this.name = 'RefusedSignIn';
    this.code = code;
  }
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const ALG = 'ES256';

/** The protocol side of a demo client system, as any site would write it with openid-client. */
export class RelyingParty {
  readonly #issuer: URL;
  readonly #client: DemoClient;
  #discovered: Promise<client.Configuration> | undefined;
  #keys: ReturnType<typeof createRemoteJWKSet> | undefined;

  constructor(issuer: string, demo: DemoClient) {
    this.#issuer = new URL(issuer);
    this.#client = demo;
  }

  /** Where to send the browser, and what to remember under `state`. */
  async begin(parameters: Record<string, string>): Promise<{ url: URL; state: string; pending: PendingSignIn }> {
    const config = await this.#configuration();
    const pending = { verifier: client.randomPKCECodeVerifier(), nonce: client.randomNonce() };
    const state = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: `${this.#client.url}/callback`,
      scope: this.#client.scope,
      code_challenge: await client.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
      state,
      nonce: pending.nonce,
      ...parameters,
    });
    return { url, state, pending };
  }

  /** @throws RefusedSignIn with the provider's error code. */
  async finish(callback: URL, state: string, { verifier, nonce }: PendingSignIn): Promise<SignedIn> {
    const config = await this.#configuration();
    const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    try {
      const tokens = await client.authorizationCodeGrant(config, callback, checks);
      const payload = tokens.claims()!;
      const userinfo = await client.fetchUserInfo(config, tokens.access_token, payload.sub);
      return { idToken: tokens.id_token!, payload, claims: { ...payload, ...userinfo } };
    } catch (error) {
      throw refusal(error);
    }
  }

  /** Where to end the session at the provider as well (RP-Initiated Logout). */
  async signOutUrl(idToken: string): Promise<URL> {
    const config = await this.#configuration();
    const post_logout_redirect_uri = `${this.#client.url}/signed-out`;
    return client.buildEndSessionUrl(config, { id_token_hint: idToken, post_logout_redirect_uri });
  }

  /**
   * Whose sessions end, by a logout token (Back-Channel Logout 1.0, section 2.6).
   * @throws when the token is not the provider's, not for us, or no logout token.
   */
  async readLogoutToken(token: string): Promise<{ sub?: string; sid?: string; jti: string }> {
    const config = await this.#configuration();
    this.#keys ??= createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri!));
    const { payload } = await jwtVerify(token, this.#keys, {
      issuer: config.serverMetadata().issuer,
      audience: this.#client.id,
      algorithms: [ALG],
      requiredClaims: ['iat', 'jti', 'events'],
      maxTokenAge: '5 minutes',
      clockTolerance: 30,
    });
    if (!isLogout(payload)) throw new Error('not a logout token');
    return { sub: payload.sub, sid: payload.sid as string | undefined, jti: payload.jti! };
  }

  /** At the first need and not at the start: then the provider may not be listening yet. A failure is not remembered. */
  async #configuration(): Promise<client.Configuration> {
    this.#discovered ??= this.#discover().catch((error: unknown) => {
      this.#discovered = undefined;
      throw error;
    });
    return this.#discovered;
  }

  async #discover(): Promise<client.Configuration> {
    const { id, secret } = this.#client;
    const insecure = this.#issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [];
    const metadata = { id_token_signed_response_alg: ALG };
    return client.discovery(this.#issuer, id, metadata, client.ClientSecretBasic(secret), {
      execute: [...insecure, client.enableNonRepudiationChecks],
      timeout: 5,
    });
  }
}

function isLogout({ events, nonce, sub, sid }: JWTPayload): boolean {
  return typeof events === 'object' && events !== null && LOGOUT_EVENT in events && !nonce && Boolean(sub ?? sid);
}

function refusal(error: unknown): unknown {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return new RefusedSignIn(error.error, { cause: error });
  // A state or issuer that does not match, an ID token that does not hold: nothing a person could correct.
  if (error instanceof client.ClientError) return new RefusedSignIn('invalid_response', { cause: error });
  return error;
}
