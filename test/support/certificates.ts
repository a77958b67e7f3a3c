import type { KeyKind } from '#src/sandbox/authority/issuing-key.ts';
import { formIn, hrefOf, type Browser, type View } from '#test/support/browser.ts';
import type { House } from '#test/support/house.ts';

/** Anna of test/support/people.ts, as a certificate names her. */
export const annaOnPaper = { surname: 'Петрова', givenName: 'Анна Сергеевна', snils: '11223344595' };

/** A certificate of the sandbox's authority. */
export async function issueTo(house: House, holder = annaOnPaper, kind: KeyKind = 'ecdsa'): Promise<string> {
  return house.services.sandbox!.authority.issue(holder, kind);
}

/** Signs what the page wants signed. */
export async function signatureFor(house: House, browser: Browser, page: View, serial: string): Promise<string> {
  const { html: text } = await browser.request('GET', hrefOf(page, 'challenge-link'));
  return (await house.services.sandbox!.authority.sign(serial, text))!;
}

/** The post of a page with a text to sign, ready to be sent. */
export function signaturePost(page: View, signature: string): { url: string; body: URLSearchParams } {
  const { action, fields } = formIn(page, 'signature-submit');
  return { url: new URL(action, page.url).href, body: new URLSearchParams({ ...fields, signature }) };
}

export async function sendSignature(browser: Browser, page: View, signature: string): Promise<View> {
  const { url, body } = signaturePost(page, signature);
  return browser.request('POST', url, body);
}

/** Binds a certificate to the account that is signed in, or signs in first. */
export async function bind(house: House, browser: Browser, serial: string): Promise<View> {
  const page = await browser.open('/account/security/certificate');
  return sendSignature(browser, page, await signatureFor(house, browser, page, serial));
}
