import type { BrowserContext, Page } from 'playwright-core';
import type { Terms } from '#src/identity/restoring/restoration.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import { enterCode, fillRegistration, messageTo, signInAs, takeSuggestion } from '#test/browser/steps.ts';
import { appCode } from '#test/support/second-factor.ts';
import { settle } from '#test/support/people.ts';
import type { House } from '#test/support/house.ts';

/** Called at each stop; `kind` says whose page it is. */
type Look = (page: Page, name: string, kind: PageKind) => Promise<void>;
export type PageKind = 'citizen' | 'sandbox' | 'demo';

interface Tour {
  house: House;
  language: Language;
  newContext(): Promise<BrowserContext>;
  look: Look;
  /** Tells the phone numbers of one tour from those of another. */
  number: number;
}

const foreignPassport = {
  'passport-series': 'FA',
  'passport-expiry': '01.05.2036',
  'last-name': 'KARIMOVA',
  'first-name': 'LOLA',
  'birth-date': '12.03.1998',
};

const licence = {
  'document-series': '7701',
  'document-number': '123456',
  'document-issued': '12.03.2025',
  'document-expires': '12.03.2035',
  'document-issuer': 'ГИБДД 7701',
};

/** Every page there is, in one language, in the order in which a person could meet them. */
export async function seeEveryPage({ house, language, newContext, look, number }: Tour): Promise<void> {
  const numberOf = (i: number) => `+7912${String(number).padStart(5, '0')}${String(i).padStart(2, '0')}`;
  const email = (i: number) => `maria.${number}.${i}@example.test`;
  const contexts: BrowserContext[] = [];

  try {
    const page = await newcomer();
    await publicPages(page);
    await registrationByPhone(page);
    await accountPages(page);
    await registrationByEmail();
    await foreignCitizen();
    await confirmedPerson();
    await forgottenPassword();
    await givenBack();
    await askedForSms();
    await changedTerms();
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
  }

  async function newcomer(): Promise<Page> {
    const context = await newContext();
    contexts.push(context);
    const page = await context.newPage();
    await page.goto('/');
    if (contexts.length === 1) await look(page, 'start-first-visit', 'citizen');
    await page.click(`#language button[value=${language}]`);
    return page;
  }

  async function publicPages(page: Page): Promise<void> {
    await look(page, 'start', 'citizen');
    await page.click('#language summary');
    await look(page, 'start-language-menu', 'citizen');
    for (const path of ['/help', '/terms', '/privacy', '/signed-out', '/gosscan', '/service-centres'])
      await see(page, path, path.slice(1));
    const moscow = encodeURIComponent('Москва');
    await see(page, `/service-centres?city=${moscow}`, 'service-centres-city');
    await see(page, `/service-centres?city=${moscow}&service=create`, 'service-centres-service');
    await page.goto('/help?reference=1A2B3C4D');
    await page.click('.captcha summary');
    await page.click('#feedback-submit');
    await look(page, 'help-errors', 'citizen');
    await page.selectOption('#topic', 'suggestion');
    await page.fill('#contact', email(9));
    await page.fill('#text', 'OpenESIA 2026');
    await page.fill('#captcha', 'sandbox');
    await page.click('#feedback-submit');
    await page.waitForSelector('#ticket-number');
    await look(page, 'message-sent', 'citizen');
    await see(page, '/no-such-page', 'not-found');
    await see(page, '/oauth2/auth?client_id=nobody&response_type=code&scope=openid', 'protocol-error');
    await see(page, `/registration/link/${'x'.repeat(43)}`, 'link-used');
    for (const site of ['university', 'broker']) {
      await see(page, `/demo/${site}`, `demo-${site}`, 'demo');
      await see(page, `/demo/${site}/privacy`, `demo-${site}-privacy`, 'demo');
      await see(page, `/demo/${site}/terms`, `demo-${site}-terms`, 'demo');
      await see(page, `/demo/${site}/callback?state=x`, `demo-${site}-expired`, 'demo');
    }
    await see(page, '/sandbox', 'sandbox', 'sandbox');
    await page.click('#person-anna details summary');
    await look(page, 'sandbox-person', 'sandbox');
    await see(page, '/sandbox/certificates', 'test-certificates', 'sandbox');
    await page.click('#certificate-make');
    await page.fill('#sign #text', 'x');
    await page.click('#sign-submit');
    await page.waitForSelector('#signed');
    await look(page, 'test-certificate-signed', 'sandbox');
    await see(page, '/sandbox?search=nobody', 'sandbox-nobody', 'sandbox');
    await see(page, '/sandbox/inbox?to=nobody@example.test', 'inbox-empty', 'sandbox');
  }

  async function registrationByPhone(page: Page): Promise<void> {
    await page.goto('/demo/university/login');
    await look(page, 'sign-in', 'citizen');
    await page.click('#login-submit');
    await look(page, 'sign-in-errors', 'citizen');
    await page.click('#other-ways-link');
    await look(page, 'other-ways', 'citizen');
    await page.click('#qr-start');
    await look(page, 'qr-code', 'citizen');
    await page.click('#other-ways-link');
    await page.click('#signature-link');
    await look(page, 'esign', 'citizen');
    await page.click('details.small summary');
    await page.fill('#signature', 'MII');
    await page.click('#signature-submit');
    await page.waitForSelector('#error-summary');
    await look(page, 'esign-errors', 'citizen');
    await page.click('#other-ways-link');
    await page.click('#password-link');
    await page.click('#register-link');
    await look(page, 'registration', 'citizen');
    await page.click('#registration-submit');
    await look(page, 'registration-errors', 'citizen');
    await fillRegistration(page, { phone: numberOf(1), email: email(1) });
    await page.waitForSelector('#code');
    await look(page, 'code', 'citizen');
    await page.click('.help summary');
    await page.click('#code-submit');
    await look(page, 'code-errors', 'citizen');
    await enterCode(page, house, numberOf(1));
    await page.waitForSelector('#new-password');
    await look(page, 'password', 'citizen');
    await page.fill('#new-password', 'qwerty7');
    await page.fill('#new-password-repeat', 'other');
    await page.click('#password-submit');
    await page.waitForSelector('#error-summary');
    await look(page, 'password-errors', 'citizen');
    await page.click('#suggest-password');
    await look(page, 'password-suggested', 'citizen');
    await page.click('#password-submit');
    await page.waitForSelector('#continue');
    await look(page, 'registered', 'citizen');
    await page.click('#continue');
    await look(page, 'consent', 'citizen');
    await page.click('#consent-submit');
    await page.waitForSelector('#claims');
    await look(page, 'demo-cabinet', 'demo');
    await page.click('details:has(#id-token) summary');
    await look(page, 'demo-cabinet-token', 'demo');
    await page.goto('/demo/broker/login');
    await look(page, 'tier-upgrade', 'citizen');
    await page.click('#tier-later');
    await look(page, 'demo-refused', 'demo');
  }

  async function accountPages(page: Page): Promise<void> {
    await see(page, `/sandbox/inbox?to=${encodeURIComponent(numberOf(1))}`, 'inbox-sms', 'sandbox');
    await messageTo(house, email(1));
    await see(page, `/sandbox/inbox?to=${encodeURIComponent(email(1))}`, 'inbox-email', 'sandbox');
    await page.click('#inbox .message a');
    await look(page, 'confirm-second-contact', 'citizen');
    await see(page, '/account', 'account');
    await knowForAYear({ kind: 'phone', value: numberOf(1) });
    await see(page, '/account', 'account-reminders');
    await see(page, '/account/sessions', 'sessions');
    await protection(page);
    await see(page, '/account/consents', 'consents');
    await page.click('.rows button');
    await look(page, 'consents-empty', 'citizen');
    await page.goto('/demo/university');
    await page.click('#demo-sign-out');
    await look(page, 'sign-out', 'citizen');
    await page.click('#logout-yes');
    await look(page, 'demo-signed-out', 'demo');
    await page.goto((await messageTo(house, numberOf(1))).links[0]!);
    await look(page, 'not-me', 'citizen');
    await page.click('#not-me-submit');
    await look(page, 'not-me-done', 'citizen');
  }

  /** An authenticator app is set up and asked for. */
  async function protection(page: Page): Promise<void> {
    await see(page, '/account/security', 'security-off');
    await see(page, `/qr/${'x'.repeat(43)}`, 'qr-end');
    await see(page, '/account/security/certificate', 'certificate-missing');
    await see(page, '/account/security/sms', 'sms-codes');
    await see(page, '/account/security/password', 'change-password');
    await page.fill('#new-password', 'qwerty7');
    await page.click('#password-submit');
    await page.waitForSelector('#error-summary');
    await look(page, 'change-password-errors', 'citizen');
    await see(page, '/account/security/passkey', 'passkey');
    await see(page, '/account/security/authenticator', 'authenticator');
    await page.click('#code-submit');
    await look(page, 'authenticator-errors', 'citizen');
    const key = (await page.innerText('#totp-key')).replaceAll(' ', '');
    await page.fill('#code', appCode(key));
    await page.click('#code-submit');
    await page.waitForSelector('#backup-codes');
    await look(page, 'backup-codes', 'citizen');
    await page.click('#continue');
    await look(page, 'security', 'citizen');
    await page.click('.rows a.button-2');
    await look(page, 'second-factor', 'citizen');
    await page.click('#code-submit');
    await look(page, 'second-factor-errors', 'citizen');
    await page.click('#choose-factor-link');
    await look(page, 'choose-factor', 'citizen');
    await page.click('#choose-backup_code');
    await look(page, 'second-factor-backup', 'citizen');
    await page.goBack();
    await page.click('#choose-totp');
    await page.fill('#code', appCode(key, 1));
    await page.click('#code-submit');
    await page.waitForSelector('#factor-remove');
    await page.click('#factor-remove');
    await look(page, 'factor-errors', 'citizen');
  }

  async function registrationByEmail(): Promise<void> {
    const page = await newcomer();
    await page.goto('/registration');
    await fillRegistration(page, { email: email(2) });
    await page.waitForSelector('#resend');
    await look(page, 'check-email', 'citizen');
    const elsewhere = await newcomer();
    await elsewhere.goto((await messageTo(house, email(2))).links[0]!);
    await look(elsewhere, 'confirm-email', 'citizen');
    await elsewhere.click('#confirm-email-submit');
    await page.reload();
    await look(page, 'elsewhere', 'citizen');
    await elsewhere.click('#suggest-password');
    await elsewhere.click('#password-submit');
    await elsewhere.waitForSelector('#password-submit', { state: 'detached' });
    await look(elsewhere, 'registered-elsewhere', 'citizen');
    await page.reload();
    await look(page, 'done-elsewhere', 'citizen');
  }

  async function foreignCitizen(): Promise<void> {
    const page = await newcomer();
    await see(page, '/foreign', 'foreign-start');
    await page.click('#confirming-help summary');
    await page.click('#register-link');
    await page.click('#snils-submit');
    await look(page, 'foreign-snils-errors', 'citizen');
    await page.click('#has-snils-no');
    await page.click('#snils-submit');
    await page.click('form .help summary');
    await page.click('#mrz-fill');
    await page.waitForSelector('#error-summary');
    await look(page, 'foreign-passport-mrz', 'citizen');
    await page.click('#passport-submit');
    await look(page, 'foreign-passport-errors', 'citizen');
    await page.selectOption('#country', { index: 1 });
    for (const [id, text] of Object.entries(foreignPassport)) await page.fill(`#${id}`, text);
    await page.fill('#passport-number', String(number).padStart(7, '7'));
    await page.selectOption('#gender', 'female');
    await page.selectOption('#stay', 'visa_free');
    await page.click('#passport-submit');
    await page.click('#registration-submit');
    await look(page, 'foreign-email-errors', 'citizen');
    await page.fill('#email', email(8));
    await page.fill('#captcha', 'sandbox');
    await page.check('#agree');
    await page.click('#registration-submit');
    await page.waitForSelector('#resend');
    await look(page, 'foreign-check-email', 'citizen');
    await page.goto((await messageTo(house, email(8))).links[0]!);
    await page.click('#confirm-email-submit');
    await page.click('#suggest-password');
    await page.click('#password-submit');
    await page.waitForSelector('#continue');
    await look(page, 'foreign-registered', 'citizen');
    await page.click('#continue');
    await see(page, '/account', 'account-foreign');
    await see(page, '/account/review', 'review-draft');
    await page.click('#review-submit');
    await page.waitForSelector('[data-status=submitted]');
    await look(page, 'review-submitted', 'citizen');
    await see(page, '/account/review/edit', 'review-edit');
    await page.goto('/gosscan');
    await page.click('#app-lock summary');
    await page.click('#lock-submit');
    await page.waitForSelector('#error-summary');
    await look(page, 'gosscan-lock-errors', 'citizen');
  }

  async function confirmedPerson(): Promise<void> {
    const page = await newcomer();
    await page.goto('/demo/broker/login');
    await signInAs(page, 'anna');
    await page.waitForSelector('#consent-submit');
    await look(page, 'consent-documents', 'citizen');
    await page.click('#consent-submit');
    await page.waitForSelector('#claims');
    await look(page, 'demo-broker-cabinet', 'demo');
    await see(page, '/account', 'account-documents');
    await otherDocument(page);
    await see(page, '/account/security/certificate', 'certificate');
    await page.click('#signature-submit');
    await look(page, 'certificate-errors', 'citizen');
    // So that the next tour is asked again.
    await page.goto('/account/consents');
    await page.click('.rows button');
  }

  /** Kept, looked at, taken away again, so that the next tour finds none. */
  async function otherDocument(page: Page): Promise<void> {
    await see(page, '/account/documents', 'documents');
    await page.click('#driving_licence');
    await look(page, 'other-document', 'citizen');
    await page.click('#document-submit');
    await page.waitForSelector('#error-summary');
    await look(page, 'other-document-errors', 'citizen');
    for (const [id, text] of Object.entries(licence)) await page.fill(`#${id}`, text);
    await page.click('#document-submit');
    await page.waitForSelector('#other-documents');
    await look(page, 'documents-others', 'citizen');
    await page.click('#driving_licence');
    await page.waitForSelector('#removal');
    await look(page, 'other-document-kept', 'citizen');
    await page.click('#document-remove');
    await page.waitForSelector('#other-documents');
  }

  /** By phone with another way, then by letter with everything that may be asked; then what is held. */
  async function forgottenPassword(): Promise<void> {
    const page = await newcomer();
    const [phone, address] = [numberOf(7), email(7)];
    const [passport, snils] = [`45107${String(number).padStart(5, '0')}`, snilsFor(number)];
    const { id } = await settle(house, {
      contacts: [
        { kind: 'phone', value: phone },
        { kind: 'email', value: address },
      ],
      evidence: ['registry'],
      documents: { rf_passport: passport, snils },
    });
    await house.services.securitySettings.setQuestion(id, { listed: 'pet' }, 'Мурзик');
    await see(page, '/recover', 'find-account');
    await page.click('#find-submit');
    await look(page, 'find-account-errors', 'citizen');
    await page.check('#recover-by-foreign');
    await look(page, 'find-account-foreign', 'citizen');
    await page.check('#recover-by-snils');
    await page.fill('#document-number', snils);
    await page.fill('#captcha', 'sandbox');
    await page.click('#find-submit');
    await page.waitForSelector('#code');
    await look(page, 'recovery-by-document', 'citizen');
    await page.goto('/recover');
    await page.fill('#contact', phone);
    await page.fill('#captcha', 'sandbox');
    await page.click('#find-submit');
    await page.waitForSelector('#code');
    await look(page, 'recovery-code', 'citizen');
    await page.click('.help summary');
    await page.fill('#code', '000000');
    await page.click('#code-submit');
    await look(page, 'recovery-code-errors', 'citizen');
    await page.click('#no-phone-link');
    await look(page, 'another-way', 'citizen');
    await page.click('#document-submit');
    await look(page, 'another-way-errors', 'citizen');
    await page.fill('#document-number', snils);
    await page.click('#document-submit');
    await page.waitForSelector('#choose-email');
    await look(page, 'another-way-masked', 'citizen');
    await see(page, '/recover/service-centre', 'service-centre');
    await page.goto('/recover');
    await page.fill('#contact', address);
    await page.fill('#captcha', 'sandbox');
    await page.click('#find-submit');
    await page.waitForSelector('#resend');
    await look(page, 'recovery-letter', 'citizen');
    const waiting = page.url();
    const elsewhere = await newcomer();
    await elsewhere.goto((await messageTo(house, address)).links[0]!);
    await look(elsewhere, 'recovery-link', 'citizen');
    await elsewhere.click('#recovery-link-submit');
    await page.goto(waiting);
    await look(page, 'recovery-elsewhere', 'citizen');
    await look(elsewhere, 'recovery-document', 'citizen');
    await elsewhere.click('#document-submit');
    await look(elsewhere, 'recovery-document-errors', 'citizen');
    await elsewhere.fill('#document-number', passport);
    await elsewhere.click('#document-submit');
    await elsewhere.waitForSelector('#security-answer');
    await look(elsewhere, 'security-answer', 'citizen');
    await elsewhere.click('#answer-submit');
    await look(elsewhere, 'security-answer-errors', 'citizen');
    await elsewhere.fill('#security-answer', 'мурзик');
    await elsewhere.click('#answer-submit');
    await elsewhere.waitForSelector('#new-password');
    await look(elsewhere, 'recovery-password', 'citizen');
    const password = await takeSuggestion(elsewhere);
    await elsewhere.waitForSelector('#login-submit');
    await look(elsewhere, 'sign-in-recovered', 'citizen');
    await elsewhere.fill('#password', password);
    await elsewhere.click('#login-submit');
    await see(elsewhere, '/account/contacts/email', 'held');
    await see(elsewhere, '/account/security/question', 'security-question');
    await elsewhere.click('#question-submit');
    await look(elsewhere, 'security-question-errors', 'citizen');
  }

  /** By a service centre, to a contact proven there; an old one stops it. */
  async function givenBack(): Promise<void> {
    const { db, identities, activations } = house.services;
    const [old, fresh] = [numberOf(61), { kind: 'phone', value: numberOf(62) } as const];
    const { id: accountId } = await settle(house, {
      contacts: [{ kind: 'phone', value: old }],
      evidence: ['registry'],
    });
    const desk = { papers: [], office: 'msk-tverskaya', operator: accountId };
    await db.transaction().execute(async (transaction) => {
      const held = (await identities.hold(transaction, accountId))!;
      const terms: Terms = { contact: fresh, reason: 'contact_lost', lost: [], ...desk };
      const id = await activations.begin(transaction, held, terms);
      await activations.send(transaction, { id, held, terms });
    });
    const page = await newcomer();
    await page.goto((await messageTo(house, fresh.value)).links[0]!);
    await look(page, 'activation', 'citizen');
    await page.goto((await messageTo(house, old)).links[0]!);
    await look(page, 'stop-restoration', 'citizen');
    await page.click('#stop-submit');
    await page.waitForSelector('#restoration-stopped');
    await look(page, 'restoration-stopped', 'citizen');
  }

  async function askedForSms(): Promise<void> {
    const page = await newcomer();
    await page.goto('/demo/university/login');
    await signInAs(page, 'maya');
    await page.waitForSelector('#code');
    await look(page, 'second-factor-sms', 'citizen');
  }

  async function changedTerms(): Promise<void> {
    const page = await newcomer();
    await page.goto('/demo/university/login');
    await signInAs(page, 'stepan');
    await page.waitForSelector('#agree-submit');
    await look(page, 'new-terms', 'citizen');
    await page.click('#agree-submit');
    await look(page, 'new-terms-errors', 'citizen');
  }

  async function knowForAYear(contact: Contact): Promise<void> {
    const { db, clock, accounts } = house.services;
    const verified_at = new Date(clock.now().getTime() - 366 * 86_400_000);
    const index = accounts.contactIndex(contact);
    await db.updateTable('contacts').set({ verified_at }).where('value_index', '=', index).execute();
  }

  async function see(page: Page, path: string, name: string, kind: PageKind = 'citizen'): Promise<void> {
    await page.goto(path);
    await look(page, name, kind);
  }
}

/** A right SNILS, another for each tour. */
function snilsFor(tour: number): string {
  const digits = String(720_000_000 + tour * 7);
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (9 - i), 0);
  return digits + String((sum % 101) % 100).padStart(2, '0');
}
