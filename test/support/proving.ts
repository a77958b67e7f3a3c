import assert from 'node:assert/strict';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import type { House } from '#test/support/house.ts';
import type { Person } from '#test/support/people.ts';

/** What Boris types about himself; his SNILS and INN have right checksums and belong to nobody. */
export const papers = {
  'last-name': 'Иванов',
  'first-name': 'Борис',
  'middle-name': 'Ильич',
  'birth-date': '05.06.1988',
  'birth-place': 'гор. Тверь',
  gender: 'male',
  citizenship: 'RUS',
  'passport-series': '28 08',
  'passport-number': '123456',
  'passport-date': '20.07.2008',
  'passport-code': '692-001',
  'passport-issuer': 'ОВД Заволжского района г. Твери',
  snils: '112-233-445 95',
  inn: '500100732259',
};

export const home = {
  'postal-code': '170100',
  region: 'Тверская область',
  city: 'Тверь',
  street: 'ул. Садовая, д. 5, кв. 12',
};

/** Somebody who climbs from tier to tier in one browser. */
export class Climber {
  readonly house: House;
  readonly person: Person;
  readonly browser: Browser;

  constructor(house: House, person: Person, browser = new Browser(house.origin)) {
    this.house = house;
    this.person = person;
    this.browser = browser;
  }

  /** A page of the account, signing in where that is asked. */
  async open(path: string): Promise<View> {
    const view = await this.browser.open(path);
    if (!has(view, 'login-submit')) return view;
    return this.browser.submit(view, this.person as never, { form: 'login-submit' });
  }

  async sendPapers(values: Record<string, string> = {}): Promise<View> {
    const form = await this.open('/account/documents/edit');
    return this.browser.submit(form, { ...papers, ...values }, { form: 'documents-submit' });
  }

  /** Until the registry has answered, when it answers at once. */
  async becomeStandard(values: Record<string, string> = {}): Promise<void> {
    await this.sendPapers(values);
    await this.house.settleOutbox();
    assert.equal(await this.tier(), 'standard');
  }

  async orderLetter(values: Record<string, string> = {}): Promise<string> {
    await this.browser.submit(
      await this.open('/account/addresses'),
      { ...home, ...values },
      { form: 'address-submit' },
    );
    const page = await this.browser.submit(await this.open('/account/confirm/letter'), {}, { form: 'letter-order' });
    assert.ok(has(page, 'code-submit'), textOf(page));
    return (await this.letters()).find(({ code }) => code)!.code!;
  }

  async letters() {
    await this.house.settleOutbox();
    return (await this.house.services.inbox.list()).filter(({ channel }) => channel === 'letter');
  }

  async enterLetterCode(code: string): Promise<View> {
    return this.browser.submit(await this.open('/account/confirm/letter'), { code }, { form: 'code-submit' });
  }

  async tier(): Promise<string> {
    const { evidence } = (await this.house.services.accounts.find(this.person.id))!;
    if (evidence.some((method) => method !== 'registry')) return 'confirmed';
    return evidence.length > 0 ? 'standard' : 'simplified';
  }

  async checkStatus(): Promise<string | undefined> {
    return (await this.house.services.checks.progress(this.person.id))?.status;
  }
}
