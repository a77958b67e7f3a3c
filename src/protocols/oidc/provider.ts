import { createHmac, createSecretKey } from 'node:crypto';
import type { Context } from 'koa';
import { errors, Provider, type Configuration, type JWKS, type KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '#src/platform/config/config.ts';
import type { Scopes } from '#src/platform/config/scopes.ts';
import type { CookieKeys } from '#src/platform/security/cookie-keys.ts';
import type { Accounts, Agreement } from '#src/identity/accounts/accounts.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { clientRuleNames, clientRules } from '#src/identity/clients/client.ts';
import type { Consents } from '#src/identity/consents/consents.ts';
import type { Releases } from '#src/identity/consents/releases.ts';
import type { Sessions } from '#src/identity/sessions/sessions.ts';
import { ownClients, ownReturnPath } from '#src/protocols/oidc/own-clients.ts';
import { createAdapter, hardenReplayDetection, hardenSession, type AdapterDeps } from '#src/protocols/oidc/adapter.ts';
import { acrFor, acrValues, hasSecondFactor, tierFor } from '#src/protocols/oidc/assurance.ts';
import { claimsByScope, releasedClaims } from '#src/protocols/oidc/claims.ts';
import { ConsentGrants } from '#src/protocols/oidc/consent-grants.ts';
import {
  accountOf,
  acrClaimIn,
  createInteractionPolicy,
  metadataOf,
  wantsOffline,
  type RequestAccount,
} from '#src/protocols/oidc/interaction-policy.ts';
import { ESIA_RETURN_PATH, speaksEsia } from '#src/protocols/oidc/esia-client.ts';
import { answerWhenWritten } from '#src/protocols/oidc/written.ts';
import { fetchPublic } from '#src/platform/security/outgoing.ts';
import { askConsentForVerifiedClaims } from '#src/protocols/oidc/requested-claims.ts';
import { clientOf, stillStands, type UsedToken } from '#src/protocols/oidc/standing.ts';

/** The pages that the protocol itself has to show; made by the floor above. */
export interface ProtocolPages {
  signOut(ctx: Context, form: { action: string; xsrf: string; clientName?: string }): Promise<void>;
  signedOut(ctx: Context): Promise<void>;
  error(ctx: Context, error: { error: string; error_description?: string }, cause: Error): Promise<void>;
  /** A fault of ours that a program was told about, and nobody else; it may be told more, and when to come again. */
  reportFault(ctx: Context, cause: Error): void;
}

export interface ProviderDeps extends AdapterDeps {
  config: Config;
  scopes: Scopes;
  agreement: Agreement;
  accounts: Accounts;
  identities: Identities;
  sessions: Sessions;
  consents: Consents;
  releases: Releases;
  pages: ProtocolPages;
  registrationToken: string | undefined;
  cookieKeys: CookieKeys;
  pairwiseKey: Buffer;
  /** Queues the logout notice to one client instead of sending it while the person waits. */
  queueLogout(notice: { clientId: string; accountId: string; sid: string }): Promise<void>;
}

export const routes = {
  authorization: '/oauth2/auth',
  token: '/oauth2/token',
  userinfo: '/oauth2/userinfo',
  introspection: '/oauth2/introspect',
  revocation: '/oauth2/revoke',
  pushed_authorization_request: '/oauth2/par',
  registration: '/oauth2/register',
  end_session: '/oauth2/logout',
  jwks: '/.well-known/jwks.json',
};

/** Spoken to by client systems alone. */
export const programPaths: ReadonlySet<string> = new Set([
  routes.token,
  routes.userinfo,
  routes.introspection,
  routes.revocation,
  routes.pushed_authorization_request,
]);

/** One provider with these signing keys. It holds no state, so rotating keys means building another one. */
export function createProvider(deps: ProviderDeps, jwks: JWKS): Provider {
  const { config } = deps;
  const grants = new ConsentGrants(deps.consents);
  const provider = new Provider(config.issuer, {
    ...storageAndKeys(deps, jwks),
    ...lifetimes(config),
    ...subjects(deps, grants),
    features: features(deps),
    routes,
    acrValues,
    subjectTypes: ['pairwise', 'public'],
    clientDefaults: {
      subject_type: 'pairwise',
      id_token_signed_response_alg: 'ES256',
      grant_types: ['authorization_code'],
    },
    enabledJWA: signingAlgorithms,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    assertJwtClientAuthClaimsAndHeader: checkAssertionLife,
    responseTypes: ['code', 'none'],
    scopes: ['openid', 'offline_access'],
    allowOmittingSingleRegisteredRedirectUri: false,
    extraParams: ['offline', ...(config.sandbox ? ['sandbox_person'] : [])],
    expiresWithSession: async ({ oidc }, source) => !wantsOffline(oidc) && !scopesOf(source).has('offline_access'),
    pkce: { required: isChallengeRequired },
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}`, policy: createInteractionPolicy(deps.agreement) },
    loadExistingGrant: (ctx) => grants.load(ctx),
    rotateRefreshToken: ({ oidc }) => !isSenderConstrained(oidc),
    clientBasedCORS: (_ctx, origin, client) =>
      (client.redirectUris ?? []).some((uri) => URL.canParse(uri) && new URL(uri).origin === origin),
    extraClientMetadata: { properties: clientRuleNames, validator: checkClientRule },
    renderError: (ctx, out, error) => deps.pages.error(ctx, out, error),
    fetch: fetchPublic(config),
  });
  harden(provider, deps);
  return provider;
}

const signingAlgorithms: Configuration['enabledJWA'] = {
  idTokenSigningAlgValues: ['ES256', 'RS256'],
  userinfoSigningAlgValues: ['ES256', 'RS256'],
  clientAuthSigningAlgValues: ['ES256', 'RS256', 'PS256', 'EdDSA'],
  requestObjectSigningAlgValues: ['ES256', 'RS256', 'PS256', 'EdDSA'],
  dPoPSigningAlgValues: ['ES256', 'RS256', 'PS256', 'EdDSA'],
};

function storageAndKeys(deps: ProviderDeps, jwks: JWKS): Partial<Configuration> {
  const { issuer, service } = deps.config;
  const secure = issuer.startsWith('https:');
  const prefix = secure ? '__Host-' : '';
  const cookie = { httpOnly: true, sameSite: 'lax', secure, signed: true, overwrite: true } as const;
  return {
    adapter: createAdapter(deps),
    clients: ownClients(issuer, service.name),
    // The library signs in the thread pool. Signing at once was measured twice: a token request took a third more of a core.
    jwks,
    cookies: {
      keys: deps.cookieKeys,
      // Interaction cookies are bound to their path, which the __Host- prefix forbids.
      names: { session: `${prefix}session`, interaction: 'interaction', resume: 'interaction_resume' },
      long: { ...cookie, path: '/' },
      short: cookie,
    },
  };
}

function lifetimes({ tokens, sessions }: Config): Partial<Configuration> {
  const day = 86_400;
  return {
    ttl: {
      AuthorizationCode: tokens.codeSeconds,
      AccessToken: tokens.accessTokenSeconds,
      ClientCredentials: tokens.accessTokenSeconds,
      IdToken: tokens.idTokenSeconds,
      RefreshToken: tokens.refreshTokenDays * day,
      Grant: tokens.grantDays * day,
      Interaction: tokens.interactionMinutes * 60,
      PushedAuthorizationRequest: tokens.pushedRequestSeconds,
      // A client that renews silently every minute must not keep a session alive that nobody uses (B6).
      Session: (ctx, session) => {
        const now = Math.floor(Date.now() / 1000);
        const isSilent = ctx.oidc.params?.prompt === 'none' && typeof session.exp === 'number';
        const idle = isSilent ? session.exp - now : sessions.idleMinutes * 60;
        const absolute = session.loginTs ? session.loginTs + sessions.absoluteHours * 3600 - now : idle;
        return Math.max(1, Math.min(idle, absolute));
      },
    },
  };
}

function subjects(deps: ProviderDeps, grants: ConsentGrants): Partial<Configuration> {
  const { accounts, scopes, pairwiseKey } = deps;
  // A key object: bytes would be checked anew at every use.
  const key = createSecretKey(pairwiseKey);
  return {
    claims: claimsByScope(scopes),
    async findAccount(ctx, id, token) {
      if (!token) grants.begin(ctx);
      const account = await accounts.find(id);
      if (account?.status !== 'active') return undefined;
      const used = token as unknown as UsedToken | undefined;
      const client = used && (await clientOf(ctx, used));
      if (client && !stillStands(account, client, used)) return undefined;
      const found: RequestAccount & { claims: unknown } = {
        accountId: id,
        account,
        claims: (use: string, scope: string, claims: Record<string, unknown>) =>
          releasedClaims(deps, { account, client: metadataOf(ctx.oidc), use, scope, claims }),
      };
      return found as never;
    },
    // One person is another subject at every site, and nobody without the key can join them.
    pairwiseIdentifier: async (_ctx, accountId, client) =>
      createHmac('sha256', key).update(`${client.sectorIdentifier}\0${accountId}`).digest('base64url'),
  };
}

function features({ config, registrationToken, pages, accounts }: ProviderDeps): Configuration['features'] {
  const mayRegister = config.sandbox || registrationToken !== undefined;
  return {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: createIntrospectionPolicy(accounts) },
    revocation: { enabled: true, allowedPolicy: isOwnToken },
    userinfo: { enabled: true },
    jwtUserinfo: { enabled: true },
    dPoP: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    claimsParameter: { enabled: true },
    backchannelLogout: { enabled: true },
    registration: { enabled: mayRegister, initialAccessToken: config.sandbox ? false : registrationToken },
    registrationManagement: { enabled: mayRegister },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx) =>
        pages.signOut(ctx, {
          action: ctx.oidc.urlFor('end_session_confirm'),
          xsrf: ctx.oidc.session!.state!.secret as string,
          clientName: ctx.oidc.client?.clientName ?? ctx.oidc.client?.clientId,
        }),
      postLogoutSuccessSource: (ctx) => pages.signedOut(ctx),
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, _client, oneOf) => oneOf,
      useGrantedResource: () => false,
      getResourceServerInfo(_ctx, identifier) {
        const server = config.resourceServers.find((known) => known.identifier === identifier);
        if (!server) throw new errors.InvalidTarget();
        return {
          scope: server.scopes.join(' '),
          audience: identifier,
          accessTokenFormat: server.format,
          accessTokenTTL: config.tokens.accessTokenSeconds,
          jwt: { sign: { alg: 'ES256' } },
        };
      },
    },
  };
}

/** What the library decides for itself and we decide otherwise. */
function harden(provider: Provider, { sessions, queueLogout, pages }: ProviderDeps): void {
  // Pages link to the account and the console without knowing our address; no other client may leave its own out (Core 3.1.2.1).
  provider.use((ctx, next) => {
    const { client_id: clientId, redirect_uri: redirectUri } = ctx.query;
    const returnPath = ctx.path === routes.authorization ? ownReturnPath(clientId) : undefined;
    if (returnPath !== undefined && redirectUri === undefined)
      ctx.query = { ...ctx.query, redirect_uri: `${provider.issuer}${returnPath}` };
    return next();
  });
  provider.use(answerWhenWritten(pages));
  provider.on('server_error', (ctx, cause) => pages.reportFault(ctx, cause));
  letEsiaReturn(provider);
  hardenSession(provider, sessions);
  hardenReplayDetection(provider);
  askConsentForVerifiedClaims(provider);
  Object.defineProperty(provider.OIDCContext.prototype, 'acr', {
    get(this: KoaContextWithOIDC['oidc']) {
      const account = accountOf(this);
      if (!account) return undefined;
      return acrFor({ tier: tierFor(account, metadataOf(this)), mfa: hasSecondFactor(this.amr) }, acrClaimIn(this));
    },
  });
  const { backchannelLogout: sendBackchannelLogout } = provider.Client.prototype as unknown as LogoutSender;
  Object.assign(provider.Client.prototype, {
    sendBackchannelLogout,
    async backchannelLogout(this: { clientId: string }, accountId: string, sid: string) {
      await queueLogout({ clientId: this.clientId, accountId, sid });
    },
  });
}

/** Requests of the ESIA dialect come back to us before they go to the client; no other client may send people there. */
function letEsiaReturn(provider: Provider): void {
  const { redirectUriAllowed } = provider.Client.prototype;
  Object.assign(provider.Client.prototype, {
    redirectUriAllowed(this: InstanceType<Provider['Client']>, uri: string): boolean {
      if (uri === `${provider.issuer}${ESIA_RETURN_PATH}`)
        return speaksEsia(this as unknown as Record<string, unknown>);
      return redirectUriAllowed.call(this, uri);
    },
  });
}

function scopesOf(source: unknown): Set<string> {
  return (source as { scopes: Set<string> }).scopes;
}

interface LogoutSender {
  backchannelLogout(accountId: string, sid: string): Promise<void>;
}

/** RFC 9700 section 2.1.1: an exempt client, which must be confidential, binds its request by a nonce instead. */
function isChallengeRequired(ctx: KoaContextWithOIDC, client: unknown): boolean {
  if (ctx.oidc.params?.response_type === 'none') return false;
  const { pkce, clientAuthMethod } = client as { pkce?: string; clientAuthMethod: string };
  return pkce !== 'exempt' || clientAuthMethod === 'none' || !ctx.oidc.params?.nonce;
}

function isSenderConstrained({ client, entities }: KoaContextWithOIDC['oidc']): boolean {
  const token = entities.RefreshToken as { isSenderConstrained?: () => boolean } | undefined;
  return client?.clientAuthMethod !== 'none' && Boolean(token?.isSenderConstrained?.());
}

/** An assertion from the future, or one that is good for hours, is a key left lying about. */
async function checkAssertionLife(_ctx: unknown, { iat, exp }: Record<string, unknown>): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  if (typeof iat === 'number' && iat > now + 60) throw new errors.InvalidClientAuth('iat is in the future');
  if (typeof exp === 'number' && exp > now + 3600) throw new errors.InvalidClientAuth('exp is too far away');
}

function isOwnToken(_ctx: unknown, client: { clientId: string }, token: unknown): boolean {
  return (token as { clientId?: string }).clientId === client.clientId;
}

/** A client learns about its own tokens, and about tokens made for it as a resource server, while the person is what they must be. */
function createIntrospectionPolicy(accounts: Accounts) {
  return async (ctx: KoaContextWithOIDC, client: AskingClient, token: unknown): Promise<boolean> => {
    const used = token as UsedToken & { aud?: string | string[] };
    const isOwn = used.clientId === client.clientId;
    if (!isOwn && (client.clientAuthMethod === 'none' || ![used.aud].flat().includes(client.clientId))) return false;
    if (used.accountId === undefined) return true;
    const [account, madeFor] = await Promise.all([accounts.find(used.accountId), clientOf(ctx, used)]);
    return account !== undefined && madeFor !== undefined && stillStands(account, madeFor, used);
  };
}

interface AskingClient {
  clientId: string;
  clientAuthMethod?: string;
}

function checkClientRule(_ctx: unknown, key: string, value: unknown, metadata: Record<string, unknown>): void {
  checkStorable(metadata);
  const rule = clientRules.shape[key as keyof typeof clientRules.shape];
  const parsed = rule.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0]!;
    throw new errors.InvalidClientMetadata(`${[key, ...path].join('.')}: ${message}`);
  }
  metadata[key] = parsed.data;
}

/** The library parses the addresses before it checks them, and no database keeps a NUL. */
function checkStorable(metadata: Record<string, unknown>): void {
  const addresses = Array.isArray(metadata.redirect_uris) ? (metadata.redirect_uris as unknown[]) : [];
  if (!addresses.every((uri) => typeof uri === 'string' && URL.canParse(uri)))
    throw new errors.InvalidClientMetadata('redirect_uris must only contain web uris');
  if (JSON.stringify(metadata).includes(String.raw`\u0000`))
    throw new errors.InvalidClientMetadata('NUL is not allowed');
}
