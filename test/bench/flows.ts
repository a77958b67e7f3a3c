import { createHash } from 'node:crypto';
import { CLIENT_ID, expect, PASSWORD, REDIRECT_URI, RESOURCE, type Visitor } from '#test/bench/visitor.ts';

/** What is measured. `prepare` runs before each window and outside of it. */
export interface Flow {
  name: string;
  /** Nothing to compare with: the bare library has no such page. */
  isOurs?: true;
  /** The flows in whose cost this one's is told. All are measured in turn. */
  beside?: string[];
  prepare?(visitor: Visitor): Promise<unknown>;
  run(visitor: Visitor): Promise<unknown>;
}

export const flows: Flow[] = [
  { name: 'discovery', run: (visitor) => visitor.ask('/.well-known/openid-configuration') },
  { name: 'jwks', run: (visitor) => visitor.ask('/.well-known/jwks.json') },
  {
    name: 'client-credentials',
    run: (visitor) => visitor.asClient('/oauth2/token', { grant_type: 'client_credentials' }),
  },
  { name: 'client-credentials-jwt', run: jwtToken },
  { name: 'introspection', prepare: logIn, run: introspect },
  { name: 'userinfo', prepare: logIn, run: (visitor) => visitor.asBearer('/oauth2/userinfo') },
  { name: 'refresh', prepare: logInForLong, run: refresh },
  { name: 'single-sign-on', prepare: logIn, run: singleSignOn },
  { name: 'full-login', prepare: meet, run: logIn },
  { name: 'sign-in-page', isOurs: true, prepare: meet, run: showSignIn },
];

export function jwtToken(visitor: Visitor) {
  return visitor.asClient('/oauth2/token', { grant_type: 'client_credentials', resource: RESOURCE, scope: 'read' });
}

/** Four requests: authorization, the interaction, authorization resumed, token. */
export async function logIn(visitor: Visitor, parameters: Record<string, string> = {}): Promise<void> {
  visitor.signOut();
  let { location } = await visitor.browse(authorizationPath(parameters));
  while (!location.startsWith(REDIRECT_URI)) {
    const uid = /\/interaction\/([\w-]+)$/.exec(location)?.[1];
    if (!uid) throw new Error(`unexpected address ${location}`);
    const resume = await interact(visitor, uid, parameters);
    ({ location } = expect(303, await visitor.browse(resume)));
  }
  await exchange(visitor, location);
}

/** The visitor's first page: gives the browser its cookie and the token that every form of ours carries. */
export async function meet(visitor: Visitor): Promise<void> {
  if (visitor.isBare || visitor.csrf) return;
  visitor.csrf = /name="csrf" value="([^"]+)"/.exec(await showSignIn(visitor))![1]!;
}

/** Two requests more than the page itself needs, since each page belongs to a request for authorization. */
async function showSignIn(visitor: Visitor): Promise<string> {
  visitor.signOut();
  const { location } = expect(303, await visitor.browse(authorizationPath()));
  return expect(200, await visitor.browse(location)).body;
}

/** Answers where the authorization goes on. The first step is to sign in; the second, if asked for, to consent. */
async function interact(visitor: Visitor, uid: string, { prompt }: Record<string, string>): Promise<string> {
  if (visitor.isBare) return expect(303, await visitor.browse(`/interaction/${uid}`)).location;
  await meet(visitor);
  const { csrf, login } = visitor;
  const isConsent = prompt === 'consent' && visitor.cookies.has('session');
  const answer = isConsent
    ? await visitor.browse(`/interaction/${uid}/consent`, { csrf })
    : await visitor.browse(`/interaction/${uid}/sign-in`, { csrf, login, password: PASSWORD });
  return expect(303, answer).location;
}

async function logInForLong(visitor: Visitor): Promise<void> {
  await meet(visitor);
  await logIn(visitor, { scope: 'openid profile offline_access', prompt: 'consent' });
}

/** Two requests: the browser has a session, so the code comes at once. */
async function singleSignOn(visitor: Visitor): Promise<void> {
  await exchange(visitor, expect(303, await visitor.browse(authorizationPath())).location);
}

async function exchange(visitor: Visitor, callback: string): Promise<void> {
  const code = new URL(callback).searchParams.get('code');
  if (!code) throw new Error(`no code: ${callback}`);
  const form = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: verifier };
  keepTokens(visitor, (await visitor.asClient('/oauth2/token', form)).body);
}

async function refresh(visitor: Visitor): Promise<void> {
  const form = { grant_type: 'refresh_token', refresh_token: visitor.refreshToken };
  keepTokens(visitor, (await visitor.asClient('/oauth2/token', form)).body);
}

async function introspect(visitor: Visitor): Promise<void> {
  const form = { token: visitor.accessToken, token_type_hint: 'access_token' };
  const { body } = await visitor.asClient('/oauth2/introspect', form);
  if (!body.includes('"active":true')) throw new Error(`the token is not active: ${body}`);
}

function keepTokens(visitor: Visitor, body: string): void {
  const tokens = JSON.parse(body) as { access_token: string; refresh_token?: string };
  visitor.accessToken = tokens.access_token;
  visitor.refreshToken = tokens.refresh_token ?? '';
}

const verifier = 'the-same-verifier-will-do-for-every-request-of-a-benchmark';
const challenge = createHash('sha256').update(verifier).digest('base64url');

function authorizationPath(parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    scope: 'openid profile',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'state-of-the-benchmark',
    nonce: 'nonce-of-the-benchmark',
    ...parameters,
  });
  return `/oauth2/auth?${query}`;
}
