import assert from 'node:assert/strict';
import { Browser, formIn, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import type { House } from '#test/support/house.ts';
import type { Person } from '#test/support/people.ts';
import type { RelyingParty } from '#test/support/relying-party.ts';

/** A computer that shows a code. */
export async function showQr(rp: RelyingParty, computer: Browser, parameters: Record<string, string> = {}) {
  const request = await rp.request(parameters);
  const page = await computer.open(request.url.href);
  const ways = await computer.open(hrefOf(page, 'other-ways-link'));
  const view = await computer.submit(ways, {}, { form: 'qr-start' });
  assert.ok(has(view, 'qr-number'), textOf(view));
  return { request, view, number: numberOn(view), link: linkOf(computer, view) };
}

export function numberOn(view: View): string {
  return /id="qr-number">(\d\d)</.exec(view.html)![1]!;
}

/** What the picture holds: the token is in the computer's cookie as well. */
export function linkOf(computer: Browser, view: View): string {
  assert.match(view.html, /<figure class="qr"[^>]*><svg/);
  const [, token] = /(?:^|; )qr=([^;]+)/.exec(computer.cookieHeader(new URL(view.url)))!;
  return `/qr/${token}`;
}

/** A phone on which this person is signed in. */
export async function phoneOf(house: House, { login, password }: Person): Promise<Browser> {
  const phone = new Browser(house.origin);
  phone.headers['user-agent'] = 'Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/156.0 Mobile Safari/537.36';
  const page = await phone.open('/account');
  await phone.submit(page, { login, password }, { form: 'login-submit' });
  return phone;
}

/** A computer that is new to the person has to be looked at first. */
export async function lookAndWait(house: House, phone: Browser, link: string): Promise<View> {
  const view = await phone.open(link);
  house.clock.advance(11_000);
  return view;
}

export function offeredOn(view: View): string[] {
  return [...view.html.matchAll(/name="number" value="(\d\d)"/g)].map(([, number]) => number!);
}

export function approvalPost(view: View, number: string): { url: string; body: URLSearchParams } {
  const { action, fields } = formIn(view, 'qr-approve');
  return { url: new URL(action, view.url).href, body: new URLSearchParams({ ...fields, number }) };
}
