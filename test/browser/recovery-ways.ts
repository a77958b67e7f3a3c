import { addAuthenticator, messageTo, signIn } from '#test/browser/steps.ts';
import type { Kind, LostPassword, Owner } from '#test/browser/recovering.ts';
import type { House } from '#test/support/house.ts';
import { PASSWORD } from '#test/support/people.ts';
import { backupCodes, enrol } from '#test/support/second-factor.ts';

export interface Way {
  by: string;
  /** Without script the same pages lead the same way. */
  script?: false;
  phone?: false;
  /** What the account has switched on. */
  before?: (who: Owner, house: House) => Promise<unknown>;
  walk: (lost: LostPassword, who: Owner) => Promise<unknown>;
  /** What stands on the sign-in page at the end. */
  login: 'phone' | 'email';
}

const person = ({ id, phone }: Owner) => ({ id, login: phone, password: PASSWORD });
const question = ({ id }: Owner, house: House) =>
  house.services.securitySettings.setQuestion(id, { listed: 'pet' }, 'Мурзик');
const enrolled = (kind: 'sms' | 'totp') => (who: Owner, house: House) => enrol(house, person(who), kind);

/** Every way that identity/recovery/journey.ts leaves open to each kind of account, but for the service centre. */
export const waysBack: Record<Kind, Way[]> = {
  simplified: [
    {
      by: 'the phone, from a client’s page',
      login: 'phone',
      walk: async (lost, who) => {
        await lost.page.goto('/demo/university/login');
        await lost.page.click('#recover-link');
        await lost.find('contact', { contact: who.phone });
        await lost.code(who);
      },
    },
    {
      by: 'the e-mail',
      script: false,
      login: 'email',
      walk: async (lost, who) => {
        await lost.find('contact', { contact: who.email });
        await lost.letter(who);
      },
    },
    {
      by: 'the phone, with a security question',
      login: 'phone',
      before: question,
      walk: async (lost, who) => {
        await lost.find('contact', { contact: who.phone });
        await lost.code(who);
        await lost.answer('мурзик');
      },
    },
    {
      by: 'the e-mail, with an authenticator',
      login: 'email',
      before: enrolled('totp'),
      walk: async (lost, who) => {
        await lost.find('contact', { contact: who.email });
        await lost.letter(who);
        await lost.factor();
      },
    },
  ],
  standard: [
    {
      by: 'the phone, and a document afterwards',
      script: false,
      login: 'phone',
      walk: async (lost, who) => {
        await lost.find('contact', { contact: who.phone });
        await lost.code(who);
        await lost.document(who.inn);
      },
    },
    {
      by: 'the e-mail, and a document on the first page',
      login: 'email',
      walk: async (lost, who) => {
        await lost.find('contact', { contact: who.email, 'document-number': who.passport });
        await lost.letter(who);
      },
    },
    ...(['passport', 'snils', 'inn'] as const).map((document): Way => {
      return {
        by: `the ${document}`,
        login: 'phone',
        walk: async (lost, who) => {
          await lost.find(document, { 'document-number': who[document] });
          await lost.code(who);
        },
      };
    }),
    {
      by: 'the passport, where no phone is linked: the letter instead',
      phone: false,
      login: 'email',
      walk: async (lost, who) => {
        await lost.find('passport', { 'document-number': who.passport });
        lost.house.clock.advance(61_000);
        await lost.page.click('#send-letter');
        await lost.letter(who);
      },
    },
    {
      by: '“I have no access to this phone”',
      script: false,
      login: 'email',
      walk: async (lost, who) => {
        await lost.find('contact', { contact: who.phone });
        await lost.withoutPhone(who.snils, who);
        await lost.letter(who);
      },
    },
  ],
  confirmed: [
    {
      by: 'the e-mail with a document, the question and an authenticator',
      script: false,
      login: 'email',
      before: (who, house) => Promise.all([question(who, house), enrolled('totp')(who, house)]),
      walk: async (lost, who) => {
        await lost.find('contact', { contact: who.email });
        await lost.letter(who);
        await lost.document(who.passport);
        await lost.answer('мурзик');
        await lost.factor();
      },
    },
    ...(['passport', 'snils', 'inn'] as const).map((document): Way => {
      return {
        by: `the ${document}, with a backup code, for the phone that got the code is no second factor`,
        login: 'phone',
        before: enrolled('sms'),
        walk: async (lost, who) => {
          const [code] = await backupCodes(lost.house, person(who));
          await lost.find(document, { 'document-number': who[document] });
          await lost.code(who);
          await lost.factor(code);
        },
      };
    }),
    {
      by: '“I have no access to this phone” on the way by document, and the code by text message as the second factor',
      login: 'email',
      before: enrolled('sms'),
      walk: async (lost, who) => {
        await lost.find('passport', { 'document-number': who.passport });
        await lost.withoutPhone(who.inn, who);
        await lost.letter(who);
        await lost.page.waitForSelector('#choose-factor-link');
        // The phone has had a message a moment ago.
        lost.house.clock.advance(61_000);
        await lost.page.click('#resend');
        await lost.page.waitForSelector('[data-countdown]');
        await lost.factor((await messageTo(lost.house, who.phone)).code);
      },
    },
    {
      by: 'the e-mail, with face or fingerprint',
      login: 'email',
      walk: async (lost, who) => {
        const { page } = lost;
        await addAuthenticator(page);
        await page.goto('/account/security');
        await signIn(page, who.phone, PASSWORD);
        await page.click('#add-passkey');
        await page.click('#passkey-submit');
        await page.waitForSelector('#backup-codes');
        await page.goto('/recover');
        await lost.find('contact', { contact: who.email, 'document-number': who.snils });
        await lost.letter(who);
        await page.click('#passkey-submit');
      },
    },
  ],
  foreign: [
    {
      by: 'the e-mail, for a phone need not be there',
      phone: false,
      login: 'email',
      walk: async (lost, who) => {
        await lost.find('contact', { contact: who.email });
        await lost.letter(who);
      },
    },
    {
      by: 'country, series, number and year of birth',
      script: false,
      login: 'phone',
      walk: async (lost, who) => {
        await lost.find('foreign', {
          'foreign-country': 'uzb',
          'foreign-series': 'АВ',
          'foreign-number': who.foreignDocument.slice(5),
          'birth-year': '1990',
        });
        await lost.code(who);
      },
    },
    {
      by: 'the login in one, in Cyrillic letters that look alike',
      login: 'phone',
      walk: async (lost, who) => {
        const typed = who.foreignLogin.replace('UZBAB', 'UZВ АВ ').toLowerCase();
        await lost.find('foreign', { 'document-number': typed });
        await lost.code(who);
      },
    },
  ],
  reviewed: [
    {
      by: 'the e-mail, and the login in one as the document',
      login: 'email',
      walk: async (lost, who) => {
        await lost.find('contact', { contact: who.email });
        await lost.letter(who);
        await lost.document(who.foreignLogin);
      },
    },
    {
      by: 'the SNILS, with the question',
      login: 'phone',
      before: question,
      walk: async (lost, who) => {
        await lost.find('snils', { 'document-number': who.snils });
        await lost.code(who);
        await lost.answer('МУРЗИК');
      },
    },
    {
      by: '“I have no access to this phone”, with the SNILS and then an authenticator',
      login: 'email',
      before: enrolled('totp'),
      walk: async (lost, who) => {
        await lost.find('foreign', { 'document-number': who.foreignLogin });
        await lost.withoutPhone(who.snils, who);
        await lost.letter(who);
        await lost.factor();
      },
    },
  ],
};
