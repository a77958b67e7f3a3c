import assert from 'node:assert/strict';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import type { House } from '#test/support/house.ts';
import { PASSWORD } from '#test/support/people.ts';

export const vera = { 'last-name': 'Соловьёва', 'first-name': 'Вера', agree: 'on' };

/** Generous with messages, for tests whose subject is not how many are sent. */
export const manyMessages = {
  resendSeconds: 0,
  sendsPerTenMinutes: 1000,
  sendsPerDay: 1000,
  sendsPerAddress: 100_000,
};

/** Numbers of tests are neighbours. */
export const roomyRanges = { sendsPerRange: 100_000, unansweredPerRange: 100_000, sendsPerHour: 100_000 };

type Values = Record<string, string | undefined>;

/** Somebody who registers in one browser, page by page. */
export class Registrant {
  readonly house: House;
  readonly browser: Browser;

  constructor(house: House, browser = new Browser(house.origin)) {
    this.house = house;
    this.browser = browser;
  }

  async begin(values: Values, path = '/registration'): Promise<View> {
    return this.browser.submit(await this.browser.open(path), { ...vera, ...values }, { form: 'registration-submit' });
  }

  async enterCode(view: View, code: string): Promise<View> {
    return this.browser.submit(view, { code }, { form: 'code-submit' });
  }

  async resend(view: View): Promise<View> {
    return this.browser.submit(view, {}, { form: 'resend' });
  }

  async choosePassword(view: View, password = PASSWORD, repeat = password): Promise<View> {
    const values = { 'new-password': password, 'new-password-repeat': repeat };
    return this.browser.submit(view, values, { form: 'password-submit' });
  }

  /** Begins with a phone and proves it; answers the password page. */
  async provePhone(phone: string, values: Values = {}, path?: string): Promise<View> {
    const page = await this.begin({ ...values, phone }, path);
    const view = await this.enterCode(page, await codeSentTo(this.house, phone));
    assert.ok(has(view, 'password-submit'), textOf(view));
    return view;
  }

  /** Begins with an e-mail address and presses the button behind the link, in this browser; answers the password page. */
  async proveEmail(email: string, values: Values = {}): Promise<View> {
    await this.begin({ ...values, email });
    const view = await this.pressLink(await linkSentTo(this.house, email));
    assert.ok(has(view, 'password-submit'), textOf(view));
    return view;
  }

  async pressLink(link: string): Promise<View> {
    return this.browser.submit(await this.browser.open(link), {}, { form: 'confirm-email-submit' });
  }
}

export async function codeSentTo(house: House, phone: string): Promise<string> {
  const message = await house.lastMessage(phone);
  assert.ok(message?.code, `no code for ${phone}`);
  return message.code;
}

export async function linkSentTo(house: House, email: string): Promise<string> {
  const message = await house.lastMessage(email);
  assert.ok(message?.links[0], `no link for ${email}`);
  return message.links[0];
}

/** A code that is certainly not this one. */
export function otherThan(code: string, by = 1): string {
  return String((Number(code) + by) % 1_000_000).padStart(6, '0');
}

/** Every character of every row of every table, bytes read as text. */
export async function dump(house: House): Promise<string> {
  const { rows } = await house.services.db
    .selectFrom('pg_tables' as never)
    .select(['tablename'] as never)
    .where('schemaname' as never, '=', 'public' as never)
    .execute()
    .then((found) => ({ rows: found as unknown as { tablename: string }[] }));
  const tables = await Promise.all(
    rows.map(({ tablename }) =>
      house.services.db
        .selectFrom(tablename as never)
        .selectAll()
        .execute(),
    ),
  );
  return JSON.stringify(tables.flat(), function (this: Record<string, unknown>, key, value: unknown) {
    return Buffer.isBuffer(this[key]) ? this[key].toString('latin1') : value;
  });
}
