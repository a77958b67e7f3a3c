import * as client from 'openid-client';
import type { House } from '#test/support/house.ts';
import { Browser, has, type View } from '#test/support/browser.ts';

export const REDIRECT_URI = 'https://university.example/callback';

export interface Tokens {
  access_token: string;
  id_token?: string;
  refresh_token?: string;
  claims(): client.IDToken | undefined;
}

/** A client system written with openid-client, registered in one call like any developer's own. */
export class RelyingParty {
  readonly house: House;
  readonly config: client.Configuration;
  readonly metadata: Record<string, unknown>;
  readonly redirectUri: string;

  private constructor(
    house: House,
    config: client.Configuration,
    metadata: Record<string, unknown>,
    redirectUri: string,
  ) {
    this.house = house;
    this.config = config;
    this.metadata = metadata;
    this.redirectUri = redirectUri;
  }

  static async register(house: House, metadata: Record<string, unknown> = {}): Promise<RelyingParty> {
    const redirectUri = (metadata.redirect_uris as string[] | undefined)?.[0] ?? REDIRECT_URI;
    const wanted = {
      client_name: 'University',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      ...metadata,
    };
    const config = await client.dynamicClientRegistration(new URL(house.origin), wanted, undefined, {
      execute: [client.allowInsecureRequests],
    });
    return new RelyingParty(house, config, config.clientMetadata(), redirectUri);
  }

  /** One that an operator registered: `metadata` is what the operator was answered. */
  static async known(house: House, metadata: Record<string, unknown>): Promise<RelyingParty> {
    const { client_id, client_secret, redirect_uris } = metadata as Record<string, string> & {
      redirect_uris: string[];
    };
    const config = await client.discovery(new URL(house.origin), client_id!, client_secret, undefined, {
      execute: [client.allowInsecureRequests],
    });
    return new RelyingParty(house, config, metadata, redirect_uris[0]!);
  }

  get clientId(): string {
    return this.metadata.client_id as string;
  }

  /** A fresh authorization request: its address, and what only this client knows of it. */
  async request(parameters: Record<string, string> = {}) {
    const verifier = client.randomPKCECodeVerifier();
    const state = client.randomState();
    const nonce = client.randomNonce();
    const url = client.buildAuthorizationUrl(this.config, {
      redirect_uri: this.redirectUri,
      scope: 'openid profile email phone',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
      ...parameters,
    });
    return { url, verifier, state, nonce };
  }

  async exchange(
    callback: string,
    { verifier, state, nonce }: { verifier: string; state: string; nonce: string },
  ): Promise<Tokens> {
    return await client.authorizationCodeGrant(this.config, new URL(callback), {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
  }

  /** The whole main job in a browser: sign in, allow, tokens. */
  async signIn(
    browser: Browser,
    { login, password }: { login: string; password: string },
    parameters: Record<string, string> = {},
  ) {
    const request = await this.request(parameters);
    let view: View = await browser.open(request.url.href);
    if (has(view, 'login-submit')) view = await browser.submit(view, { login, password }, { form: 'login-submit' });
    if (has(view, 'consent-submit')) view = await browser.submit(view, {}, { form: 'consent-submit' });
    return { view, tokens: await this.exchange(view.url, request) };
  }
}
