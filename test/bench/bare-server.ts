import { generateKeyPairSync } from 'node:crypto';
import { Provider, type JWK, type KoaContextWithOIDC } from 'oidc-provider';
import { routes } from '#src/protocols/oidc/provider.ts';
import { serveCommands } from '#test/bench/child.ts';
import { CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } from '#test/bench/visitor.ts';
import { freePort } from '#test/support/free-port.ts';

/** The library alone with its in-memory adapter and our features: what a request costs at least. */
console.warn = console.info = () => {}; // that this is no way to run a provider
const port = await freePort();
const origin = `http://localhost:${port}`;
const provider = new Provider(origin, {
  clients: [
    {
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      redirect_uris: [REDIRECT_URI],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      id_token_signed_response_alg: 'ES256',
    },
  ],
  jwks: {
    keys: [
      { ...newKey('ec'), alg: 'ES256', use: 'sig' },
      { ...newKey('rsa'), alg: 'RS256', use: 'sig' },
    ],
  },
  routes,
  cookies: { keys: ['the-cookie-key-of-the-benchmark'] },
  scopes: ['openid', 'offline_access'],
  claims: { openid: ['sub'], profile: ['name', 'family_name', 'given_name', 'locale'] },
  interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
  findAccount: (_ctx, accountId) => ({
    accountId,
    claims: () => ({ sub: accountId, name: 'Anna Petrova', family_name: 'Petrova', given_name: 'Anna', locale: 'ru' }),
  }),
  ttl: {
    AccessToken: 600,
    AuthorizationCode: 60,
    ClientCredentials: 600,
    Grant: 7_776_000,
    IdToken: 300,
    Interaction: 3600,
    RefreshToken: 1_209_600,
    Session: 1800,
  },
  loadExistingGrant,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    jwtUserinfo: { enabled: true },
    dPoP: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    claimsParameter: { enabled: true },
    backchannelLogout: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, _client, oneOf) => oneOf!,
      useGrantedResource: () => false,
      getResourceServerInfo: (_ctx, audience) => ({
        scope: 'read write',
        audience,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 600,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const { prompt } = await provider.interactionDetails(ctx.req, ctx.res);
  const result = prompt.name === 'login' ? { login: { accountId: 'anna' } } : { consent: {} };
  ctx.status = 303;
  ctx.set('location', await provider.interactionResult(ctx.req, ctx.res, result));
});

provider.listen(port, '127.0.0.1', () => serveCommands(origin));

async function loadExistingGrant({ oidc }: KoaContextWithOIDC) {
  const { session, client } = oidc;
  const { accountId } = session!;
  const { clientId } = client!;
  const grantId = session!.grantIdFor(clientId);
  if (grantId) return provider.Grant.find(grantId);
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope('openid profile offline_access');
  await grant.save();
  return grant;
}

function newKey(kind: 'ec' | 'rsa'): JWK {
  const pair =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return pair.privateKey.export({ format: 'jwk' });
}
