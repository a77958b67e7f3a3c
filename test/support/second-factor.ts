import assert from 'node:assert/strict';
import { generateSync } from 'otplib';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import type { House } from '#test/support/house.ts';
import type { Person } from '#test/support/people.ts';
import type { RelyingParty } from '#test/support/relying-party.ts';

const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

/** Switches factors on without the pages, and without telling anybody. */
export async function enrol(house: House, { id }: Person, ...kinds: ('sms' | 'totp')[]): Promise<void> {
  const { db, factors } = house.services;
  await db.transaction().execute(async (transaction) => {
    for (const kind of kinds)
      await factors.add(transaction, id, kind === 'totp' ? { kind, secret: TOTP_SECRET } : { kind });
  });
}

export async function backupCodes(house: House, { id }: Person): Promise<string[]> {
  const { db, factors } = house.services;
  return db.transaction().execute((transaction) => factors.backupCodes.renew(transaction, id));
}

/** What the app shows now, or so many steps of 30 seconds away from it. */
export function appCode(secret = TOTP_SECRET, steps = 0): string {
  return generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + steps * 30 });
}

/** Up to the page that comes after the password. */
export async function passPassword(
  rp: RelyingParty,
  browser: Browser,
  { login, password }: Person,
  parameters: Record<string, string> = {},
) {
  const request = await rp.request(parameters);
  const page = await browser.open(request.url.href);
  assert.ok(has(page, 'login-submit'), textOf(page));
  const view = await browser.submit(page, { login, password }, { form: 'login-submit' });
  return { request, view };
}

export async function enterCode(
  browser: Browser,
  view: View,
  code: string,
  more: Record<string, string> = {},
): Promise<View> {
  return browser.submit(view, { code, ...more }, { form: 'code-submit' });
}

/** Over the consent page to the client's address and to the claims of the ID token. */
export async function claimsAfter(
  rp: RelyingParty,
  browser: Browser,
  view: View,
  request: Awaited<ReturnType<RelyingParty['request']>>,
) {
  const back = has(view, 'consent-submit') ? await browser.submit(view, {}, { form: 'consent-submit' }) : view;
  assert.match(back.url, /[?&]code=/, `${back.status} ${back.url} ${textOf(back).slice(0, 300)}`);
  return (await rp.exchange(back.url, request)).claims()!;
}

/** The code of the newest message to this contact that holds one. */
export async function codeTo(house: House, contact: string): Promise<string> {
  const found = (await house.messages(contact)).find(({ code }) => code);
  assert.ok(found?.code, `no code went to ${contact}`);
  return found.code;
}
