import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { enterCode, messageTo, openSandboxHouse, takeSuggestion } from '#test/browser/steps.ts';
import { complaintsOf, launchChromium } from '#test/support/chromium.ts';
import type { House } from '#test/support/house.ts';
import { anna, settle } from '#test/support/people.ts';

const widths = [375, 1280];

describe('P7 to P18: a forgotten password in a real browser', function () {
  this.timeout(90_000);
  let house: House;
  let browser: Browser;
  let next = 40;

  before(async function () {
    browser = await launchChromium(this);
    house = await openSandboxHouse();
  });
  after(async () => {
    await browser?.close();
    await house?.close();
  });

  for (const width of widths) {
    it(`a simplified account by phone, ${width} px wide`, async () => {
      const { phone } = await person('simplified');
      await visit(width, async (page) => {
        await page.goto('/demo/university/login');
        await page.click('#recover-link');
        await find(page, { contact: phone });
        await enterCode(page, house, phone);
        await ends(page, phone);
      });
    });

    it(`a standard account by SNILS, ${width} px wide`, async () => {
      const { phone, snils } = await person('standard');
      await visit(width, async (page) => {
        await page.goto('/recover');
        await page.check('#recover-by-snils');
        assert.ok(!(await page.isVisible('#contact')), 'nothing that is not needed');
        await find(page, { 'document-number': snils });
        await enterCode(page, house, phone);
        await ends(page, phone);
      });
    });

    it(`a confirmed account by letter, with a document and the question, ${width} px wide`, async () => {
      const { id, email, passport } = await person('confirmed');
      await house.services.securitySettings.setQuestion(id, { listed: 'pet' }, 'Мурзик');
      await visit(width, async (page) => {
        await page.goto('/recover');
        await find(page, { contact: email });
        await page.waitForSelector('#resend');
        await fits(page, 'letter');
        await page.goto((await messageTo(house, email)).links[0]!);
        await fits(page, 'link');
        await page.click('#recovery-link-submit');
        await fits(page, 'document');
        await page.fill('#document-number', passport);
        await page.click('#document-submit');
        await fits(page, 'question');
        await page.fill('#security-answer', 'мурзик');
        await page.click('#answer-submit');
        await ends(page, email);
      });
    });

    it(`without the phone: a second document, the masked address, the letter, ${width} px wide`, async () => {
      const { phone, email, snils } = await person('confirmed');
      await visit(width, async (page) => {
        await page.goto('/recover');
        await fits(page, 'find');
        await find(page, { contact: phone });
        await fits(page, 'code');
        await page.click('#no-phone-link');
        await fits(page, 'another-way');
        await page.fill('#document-number', snils);
        await page.click('#document-submit');
        await fits(page, 'masked');
        assert.ok(!(await page.content()).includes(email));
        await page.click('#choose-email');
        await page.waitForSelector('#resend');
        await page.goto((await messageTo(house, email)).links[0]!);
        await page.click('#recovery-link-submit');
        await ends(page, email);
        await page.goto('/recover/service-centre');
        await fits(page, 'service-centre');
      });
    });
  }

  async function person(tier: 'simplified' | 'standard' | 'confirmed') {
    const [phone, email] = [`+790000441${next}`, `p${next}@example.test`];
    const [passport, snils] = [`45104410${next}`, snilsOf(next++)];
    const evidence = { simplified: [], standard: ['registry'], confirmed: ['registry', 'in_person'] } as const;
    const { id } = await settle(house, {
      ...anna,
      contacts: [
        { kind: 'phone', value: phone },
        { kind: 'email', value: email },
      ],
      evidence: [...evidence[tier]],
      documents: tier === 'simplified' ? {} : { rf_passport: passport, snils },
    });
    return { id, phone, email, passport, snils };
  }

  async function visit(width: number, work: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext({ baseURL: house.origin, viewport: { width, height: 900 }, locale: 'ru' });
    const complaints = complaintsOf(context);
    await work(await context.newPage());
    await context.close();
    assert.deepEqual(complaints, []);
  }

  async function find(page: Page, values: Record<string, string>): Promise<void> {
    for (const [field, value] of Object.entries(values)) await page.fill(`#${field}`, value);
    await page.fill('#captcha', 'sandbox');
    await page.click('#find-submit');
  }

  /** A new password, and the sign-in page with the login filled in; the password then works. */
  async function ends(page: Page, login: string): Promise<void> {
    const password = await takeSuggestion(page);
    await page.waitForSelector('#login-submit');
    await fits(page, 'signed-out');
    assert.equal((await page.inputValue('#login')).replaceAll(/[\s-]/g, ''), login);
    await page.fill('#password', password);
    await page.click('#login-submit');
    await page.waitForSelector('#login-submit', { state: 'detached' });
  }

  async function fits(page: Page, name: string): Promise<void> {
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${name} is ${overflow} px too wide`);
  }
});

/** A right SNILS for a number. */
function snilsOf(number: number): string {
  const digits = String(710_000_000 + number * 7);
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (9 - i), 0);
  return digits + String((sum % 101) % 100).padStart(2, '0');
}
