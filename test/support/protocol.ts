import type { House } from '#test/support/house.ts';
import type { RelyingParty, Tokens } from '#test/support/relying-party.ts';
import { Browser, has } from '#test/support/browser.ts';
import type { Person } from '#test/support/people.ts';

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  json: Record<string, any>;
}

/** The same request n times at once; the house's proxy deals them out to its instances in turn. */
export function par<T>(n: number, work: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: n }, (_, i) => work(i)));
}

export async function send(house: House, path: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(new URL(path, house.origin), {
    redirect: 'manual',
    ...init,
    headers: { accept: 'application/json', ...(init.headers as Record<string, string> | undefined) },
  });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : {} };
}

export function post(
  house: House,
  path: string,
  fields: Record<string, string> | URLSearchParams,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return send(house, path, { method: 'POST', body: new URLSearchParams(fields), headers });
}

/** What a confidential client sends to say who it is. */
export function basic({ clientId, metadata }: RelyingParty): { authorization: string } {
  const secret = String(metadata.client_secret);
  return {
    authorization: `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString('base64')}`,
  };
}

export function userinfo(house: House, { access_token }: Pick<Tokens, 'access_token'>): Promise<Answer> {
  return send(house, '/oauth2/userinfo', { headers: { authorization: `Bearer ${access_token}` } });
}

export function refresh(rp: RelyingParty, refreshToken: string, more: Record<string, string> = {}): Promise<Answer> {
  return post(
    rp.house,
    '/oauth2/token',
    { grant_type: 'refresh_token', refresh_token: refreshToken, ...more },
    basic(rp),
  );
}

/** Through all the pages up to the client's address, without redeeming the code. */
export async function callback(
  rp: RelyingParty,
  browser: Browser,
  { login, password }: Person,
  parameters: Record<string, string> = {},
) {
  const request = await rp.request(parameters);
  let view = await browser.open(request.url.href);
  if (has(view, 'login-submit')) view = await browser.submit(view, { login, password }, { form: 'login-submit' });
  if (has(view, 'consent-submit')) view = await browser.submit(view, {}, { form: 'consent-submit' });
  const { searchParams } = new URL(view.url);
  return { ...request, view, code: searchParams.get('code')!, params: searchParams };
}

export function redeem(
  rp: RelyingParty,
  code: string,
  verifier: string,
  more: Record<string, string> = {},
  headers: Record<string, string> = basic(rp),
): Promise<Answer> {
  return post(
    rp.house,
    '/oauth2/token',
    { grant_type: 'authorization_code', code, redirect_uri: rp.redirectUri, code_verifier: verifier, ...more },
    headers,
  );
}

/** `prompt=none`: what the browser's session still gives this client. */
export async function silently(rp: RelyingParty, browser: Browser, parameters: Record<string, string> = {}) {
  const request = await rp.request({ prompt: 'none', ...parameters });
  const view = await browser.open(request.url.href);
  return { ...request, view, params: new URL(view.url).searchParams };
}
