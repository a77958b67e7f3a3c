import assert from 'node:assert/strict';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import type { House } from '#test/support/house.ts';
import { codeTo } from '#test/support/second-factor.ts';

export const NEW_PASSWORD = 'Loud-Lantern-81';

type Values = Record<string, string | undefined>;

/** Somebody who has forgotten the password, in one browser, page by page. */
export class Forgetful {
  readonly house: House;
  readonly browser: Browser;

  constructor(house: House, browser = new Browser(house.origin)) {
    this.house = house;
    this.browser = browser;
  }

  async find(values: Values, path = '/recover'): Promise<View> {
    const page = await this.browser.open(path);
    return this.browser.submit(page, { captcha: 'sandbox', ...values }, { form: 'find-submit' });
  }

  async enterCode(view: View, code: string): Promise<View> {
    return this.browser.submit(view, { code }, { form: 'code-submit' });
  }

  /** Finds by whatever is given and proves the phone. */
  async provePhone(phone: string, values: Values = { contact: phone }): Promise<View> {
    const view = await this.find(values);
    assert.ok(has(view, 'code-submit'), textOf(view));
    return this.enterCode(view, await codeTo(this.house, phone));
  }

  async openLetter(email: string): Promise<View> {
    const links = (await this.house.messages(email)).flatMap((message) => message.links);
    const link = links.find((one) => one.includes('/recover/link/'));
    assert.ok(link, `no link for ${email}`);
    return this.browser.open(link);
  }

  async pressLink(email: string): Promise<View> {
    return this.browser.submit(await this.openLetter(email), {}, { form: 'recovery-link-submit' });
  }

  async giveDocument(view: View, number: string): Promise<View> {
    return this.browser.submit(view, { 'document-number': number }, { form: 'document-submit' });
  }

  async answer(view: View, answer: string): Promise<View> {
    return this.browser.submit(view, { 'security-answer': answer }, { form: 'answer-submit' });
  }

  async choosePassword(view: View, password = NEW_PASSWORD): Promise<View> {
    assert.ok(has(view, 'password-submit'), `${view.status} ${view.url} ${textOf(view)}`);
    const values = { 'new-password': password, 'new-password-repeat': password };
    return this.browser.submit(view, values, { form: 'password-submit' });
  }
}
