import assert from 'node:assert/strict';
import { Browser, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import type { House } from '#test/support/house.ts';
import { codeTo } from '#test/support/second-factor.ts';
import type { Person } from '#test/support/people.ts';

export const OWN_PASSWORD = 'Loud-Lantern-81';

interface Papers {
  passport: string;
  snils: string;
  /** Which of the documents names the person. */
  document?: 'rf_passport' | 'foreign';
}

/** A clerk at work and the person before them, screen by screen. */
export class Desk {
  readonly house: House;
  readonly clerk: Browser;

  constructor(house: House, clerk: Browser) {
    this.house = house;
    this.clerk = clerk;
  }

  async find({ passport, document = 'rf_passport' }: Omit<Papers, 'snils'>): Promise<View> {
    const page = await this.clerk.open('/console/visits');
    const values = { document, 'document-number': passport, purpose: 'restore' };
    return this.clerk.submit(page, values, { form: 'find-submit' });
  }

  async upToContact(papers: Papers): Promise<View> {
    const visit = await this.find(papers);
    assert.ok(has(visit, 'visit'), textOf(visit).slice(0, 400));
    const numbers = await this.clerk.open(hrefOf(visit, 'matches'));
    return this.typeNumbers(numbers, papers);
  }

  async typeNumbers(view: View, { passport, snils }: Papers): Promise<View> {
    return this.clerk.submit(view, { 'first-number': passport, 'second-number': snils }, { form: 'papers-submit' });
  }

  async enterContact(view: View, values: Record<string, string | undefined>): Promise<View> {
    assert.ok(has(view, 'contact-submit'), textOf(view).slice(0, 400));
    return this.clerk.submit(view, { reason: 'contact_lost', ...values }, { form: 'contact-submit' });
  }

  async enterCode(view: View, contact: string): Promise<View> {
    return this.clerk.submit(view, { code: await codeTo(this.house, contact) }, { form: 'code-submit' });
  }

  /** All of it, by one clerk. */
  async giveBack(papers: Papers, contact: string, values: Record<string, string> = {}): Promise<View> {
    const code = await this.enterContact(await this.upToContact(papers), { contact, ...values });
    return this.enterCode(code, contact);
  }
}

export async function linkTo(house: House, contact: string, path: string): Promise<string | undefined> {
  const links = (await house.messages(contact)).flatMap((message) => message.links);
  return links.find((link) => link.includes(path));
}

/** The person, in a browser of their own. */
export async function openActivation(house: House, contact: string, browser = new Browser(house.origin)) {
  const link = await linkTo(house, contact, '/activation/');
  assert.ok(link, `no activation for ${contact}`);
  return { link, browser, view: await browser.open(link) };
}

export async function setPassword(browser: Browser, view: View, password = OWN_PASSWORD): Promise<View> {
  assert.ok(has(view, 'password-submit'), `${view.status} ${textOf(view).slice(0, 300)}`);
  const values = { 'new-password': password, 'new-password-repeat': password };
  return browser.submit(view, values, { form: 'password-submit' });
}

export async function signsIn(house: House, { login, password }: Pick<Person, 'login' | 'password'>): Promise<boolean> {
  const attempt = { login, password, address: '10.0.0.1' };
  try {
    return (await house.services.credentials.check(attempt)) !== undefined;
  } catch {
    return false;
  }
}
