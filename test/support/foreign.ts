import assert from 'node:assert/strict';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import type { House } from '#test/support/house.ts';
import { linkSentTo } from '#test/support/registering.ts';
import { PASSWORD } from '#test/support/people.ts';

export const passport = {
  country: 'UZB',
  'passport-series': 'fa',
  'passport-number': '1234567',
  'passport-expiry': '01.05.2036',
  'last-name': 'Karimova',
  'first-name': 'Lola',
  'birth-date': '12.03.1998',
  gender: 'female',
  stay: 'visa_free',
};

type Values = Record<string, string | undefined>;

/** A foreign citizen who registers in one browser, page by page. */
export class ForeignRegistrant {
  readonly house: House;
  readonly browser: Browser;

  constructor(house: House, browser = new Browser(house.origin)) {
    this.house = house;
    this.browser = browser;
  }

  async saySnils(values: Values = { 'has-snils': 'no' }, path = '/foreign/registration'): Promise<View> {
    return this.browser.submit(await this.browser.open(path), values, { form: 'snils-submit' });
  }

  async sayPassport(view: View, values: Values = {}): Promise<View> {
    return this.browser.submit(view, { ...passport, ...values }, { form: 'passport-submit' });
  }

  async sayEmail(view: View, email: string, values: Values = {}): Promise<View> {
    assert.ok(has(view, 'captcha'), textOf(view));
    return this.browser.submit(
      view,
      { email, agree: 'yes', captcha: 'sandbox', ...values },
      { form: 'registration-submit' },
    );
  }

  /** Up to the page that says that a letter was sent. */
  async begin(email: string, { snils, ...values }: Values = {}, path?: string): Promise<View> {
    const answer = snils === undefined ? { 'has-snils': 'no' } : { 'has-snils': 'yes', snils };
    return this.sayEmail(await this.sayPassport(await this.saySnils(answer, path), values), email);
  }

  async finish(email: string): Promise<View> {
    const link = await linkSentTo(this.house, email);
    const page = await this.browser.submit(await this.browser.open(link), {}, { form: 'confirm-email-submit' });
    const values = { 'new-password': PASSWORD, 'new-password-repeat': PASSWORD };
    return this.browser.submit(page, values, { form: 'password-submit' });
  }

  async register(email: string, values: Values = {}, path?: string): Promise<View> {
    await this.begin(email, values, path);
    return this.finish(email);
  }
}

export function loginIn(view: View): string | undefined {
  return /id="foreign-login"[\s\S]*?translate="no">([A-Z0-9]+)</.exec(view.html)?.[1];
}
