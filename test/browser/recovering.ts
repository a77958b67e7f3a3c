import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { enterCode, messageTo, takeSuggestion } from '#test/browser/steps.ts';
import type { House } from '#test/support/house.ts';
import { anna, settle } from '#test/support/people.ts';
import { appCode } from '#test/support/second-factor.ts';

export type Kind = 'simplified' | 'standard' | 'confirmed' | 'foreign' | 'reviewed';

export interface Owner {
  id: string;
  phone: string;
  email: string;
  /** Numbers of proven documents; a simplified account has none. */
  passport: string;
  snils: string;
  inn: string;
  /** The country's letters, series, number and year of birth in one. */
  foreignLogin: string;
  foreignDocument: string;
}

const evidence = {
  simplified: [],
  standard: ['registry'],
  confirmed: ['registry', 'in_person'],
  foreign: [],
  reviewed: ['review'],
} as const;
let next = 100;

/** Somebody with everything that an account of this kind can have; a foreign citizen has a foreign passport and a SNILS. */
export async function owner(house: House, kind: Kind, { phone: hasPhone = true } = {}): Promise<Owner> {
  const number = next++;
  const [phone, email] = [`+7900007${String(number).padStart(4, '0')}`, `owner${number}@example.test`];
  const [passport, foreignDocument] = [`4510441${number}`, `UZBAB9${number}`];
  const [snils, inn] = [snilsOf(number), innOf(number)];
  const foreignLogin = `${foreignDocument}90`;
  const isForeign = kind === 'foreign' || kind === 'reviewed';
  const documents = {
    ...(kind === 'standard' || kind === 'confirmed' ? { rf_passport: passport, snils, inn } : {}),
    ...(kind === 'reviewed' ? { foreign: foreignDocument, snils } : {}),
  };
  const { id } = await settle(house, {
    profile: isForeign ? { ...anna.profile, kind: 'foreign', citizenship: 'UZB' } : anna.profile,
    contacts: [...(hasPhone ? [{ kind: 'phone', value: phone } as const] : []), { kind: 'email', value: email }],
    evidence: [...evidence[kind]],
    documents,
  });
  const { db, accounts } = house.services;
  if (isForeign)
    await db.transaction().execute((transaction) => accounts.claimForeignLogin(transaction, id, foreignLogin));
  return { id, phone, email, passport, snils, inn, foreignLogin, foreignDocument };
}

/** Somebody who has forgotten the password, before a page. */
export class LostPassword {
  readonly house: House;
  readonly page: Page;

  constructor(house: House, page: Page) {
    this.house = house;
    this.page = page;
  }

  async find(way: 'contact' | 'passport' | 'snils' | 'inn' | 'foreign', values: Record<string, string>): Promise<void> {
    if (this.page.url() === 'about:blank') await this.page.goto('/recover');
    await this.fits();
    await this.page.check(`#recover-by-${way}`);
    if (way !== 'contact') assert.ok(!(await this.page.isVisible('#contact')), 'nothing that is not needed');
    for (const [field, value] of Object.entries(values)) await this.page.fill(`#${field}`, value);
    await this.page.fill('#captcha', 'sandbox');
    await this.page.click('#find-submit');
    await this.page.waitForSelector('#no-phone-link');
    await this.fits();
  }

  async code({ phone }: Owner): Promise<void> {
    await enterCode(this.page, this.house, phone);
  }

  async letter({ email }: Owner): Promise<void> {
    await this.page.waitForSelector('#resend');
    const { links } = await messageTo(this.house, email);
    await this.page.goto(links[0]!);
    await this.fits();
    await this.page.click('#recovery-link-submit');
  }

  /** “I have no access to this phone”: another number of the same person, then another contact of theirs. */
  async withoutPhone(number: string, { email }: Owner): Promise<void> {
    await this.page.click('#no-phone-link');
    await this.document(number);
    await this.page.waitForSelector('#choose-email');
    assert.ok(!(await this.page.content()).includes(email), 'shown masked only');
    await this.fits();
    await this.page.click('#choose-email');
  }

  async document(number: string): Promise<void> {
    await this.page.waitForSelector('#document-submit');
    await this.fits();
    await this.page.fill('#document-number', number);
    await this.page.click('#document-submit');
  }

  async answer(text: string): Promise<void> {
    await this.page.waitForSelector('#security-answer');
    await this.fits();
    await this.page.fill('#security-answer', text);
    await this.page.click('#answer-submit');
  }

  async factor(code = appCode()): Promise<void> {
    await this.page.waitForSelector('#code');
    assert.ok(await this.page.isHidden('#no-phone-link'), 'the code of the second step is asked for');
    await this.fits();
    await this.page.fill('#code', code);
    await this.page.click('#code-submit');
  }

  /** A new password, and the sign-in page with the login filled in and nobody signed in; the password then works. */
  async ends(login: string): Promise<void> {
    await this.page.waitForSelector('#new-password');
    const password = await takeSuggestion(this.page);
    await this.page.waitForSelector('#login-submit');
    await this.fits();
    assert.equal((await this.page.inputValue('#login')).replaceAll(/[\s-]/g, ''), login);
    const attempt = { login, password, address: '192.0.2.7', deviceSecret: undefined };
    assert.ok(await this.house.services.credentials.check(attempt), 'the new password is the password');
  }

  async fits(): Promise<void> {
    for (const width of [375, 1280]) {
      await this.page.setViewportSize({ width, height: 900 });
      const excess = await this.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(excess <= 0, `${this.page.url()} is ${excess} px too wide at ${width}`);
    }
  }
}

/** A right SNILS for a number. */
function snilsOf(number: number): string {
  const digits = String(710_000_000 + number * 7);
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (9 - i), 0);
  return digits + String((sum % 101) % 100).padStart(2, '0');
}

/** A right INN of a person for a number. */
function innOf(number: number): string {
  const weights = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
  const check = (digits: string, from: number) =>
    ([...digits].reduce((sum, digit, i) => sum + Number(digit) * weights[from + i]!, 0) % 11) % 10;
  const ten = String(7_700_000_000 + number * 13);
  const eleven = ten + check(ten, 1);
  return eleven + check(eleven, 0);
}
