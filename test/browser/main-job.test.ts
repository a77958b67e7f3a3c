import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { spellContact } from '#src/identity/accounts/contact.ts';
import { InChromium } from '#test/browser/in-chromium.ts';
import { enterCode, fillRegistration, messageTo, signIn, signInAs, takeSuggestion } from '#test/browser/steps.ts';

const phone = { width: 390, height: 844 };
const desktop = { width: 1280, height: 800 };

describe('the main job in a real browser', function () {
  this.timeout(240_000);
  const chromium = new InChromium();

  const settings: { name: string; language: 'ru' | 'en'; options: BrowserContextOptions; number: string }[] = [
    { name: 'on a phone, in Russian', language: 'ru', options: { viewport: phone }, number: '+79120000001' },
    { name: 'on a phone, in English', language: 'en', options: { viewport: phone }, number: '+79120000002' },
    { name: 'on a desktop, in Russian', language: 'ru', options: { viewport: desktop }, number: '+79120000003' },
    { name: 'on a desktop, in English', language: 'en', options: { viewport: desktop }, number: '+79120000004' },
    {
      name: 'on a phone without script',
      language: 'ru',
      options: { viewport: phone, javaScriptEnabled: false },
      number: '+79120000005',
    },
    {
      name: 'on a desktop without script',
      language: 'en',
      options: { viewport: desktop, javaScriptEnabled: false },
      number: '+79120000006',
    },
  ];

  for (const { name, language, options, number } of settings) {
    it(`R1 R3 R5 R7 F2 L1: one account for the university and the broker, ${name}`, async () => {
      const page = await visit(options);

      await page.goto('/');
      await page.click(`#language button[value=${language}]`);
      assert.equal(await page.getAttribute('html', 'lang'), language);
      assert.equal(await page.locator('section#language').count(), 0, 'the choice is asked for once');

      await page.click('a[href="/demo/university"]');
      await page.click('#login-with-esia');
      await page.click('#register-link');
      await fillRegistration(page, { phone: number });
      await enterCode(page, chromium.house, number);
      await takeSuggestion(page);
      await page.click('#continue');

      const asked = await page.innerText('.card');
      const spelt = spellContact({ kind: 'phone', value: number });
      for (const value of ['Соколова', 'Мария', spelt]) assert.ok(asked.includes(value), `${value} in ${asked}`);
      await page.click('#consent-submit');

      await page.waitForURL('**/demo/university');
      const learned = await page.innerText('#claims');
      for (const value of ['Соколова', number]) assert.ok(learned.includes(value), learned);
      assert.equal(await page.innerText('#acr'), 'urn:esia:acr:simplified');

      await page.goto('/demo/broker');
      await page.click('#login-with-esia');
      await page.waitForSelector('#tier-upgrade');
      await page.click('#tier-later');
      await page.waitForURL('**/demo/broker/callback?**');
      assert.equal(await page.innerText('#demo-error'), 'unmet_authentication_requirements');
      assert.equal(await page.locator('#login-with-esia').count(), 1);

      await page.goto('/account');
      assert.ok((await page.innerText('main')).includes('Соколова Мария'));
      await page.click('a[href="/account/sessions"]');
      assert.equal(await page.locator('.rows > li').count(), 1);
      await page.click('a[href="/account/consents"]');
      assert.equal(await page.locator('.rows form').count(), 1);
      await page.click('.rows button');
      assert.equal(await page.locator('.rows form').count(), 0);
      // What was given stays given, and says so.
      assert.equal(await page.locator('#given > li').count(), 1);

      await page.click('#sign-out');
      await page.waitForSelector('#op-signed-out');
      await page.goto('/account');
      await page.waitForSelector('#login');
    });
  }

  it('R8: the link of the letter opens in another browser, and the first one signs in', async () => {
    const first = await visit({ viewport: desktop });
    await toSignIn(first, 'university');
    await first.click('#register-link');
    await fillRegistration(first, { email: 'maria@example.test' });
    await first.waitForSelector('#resend');
    const { links } = await messageTo(chromium.house, 'maria@example.test');

    const second = await visit({ viewport: phone });
    await second.goto(links[0]!);
    await second.click('#confirm-email-submit');
    const password = await takeSuggestion(second);
    await second.waitForSelector('#sign-in-link');

    await first.reload();
    await first.click('#sign-in-link');
    await signIn(first, 'maria@example.test', password);
    await first.click('#consent-submit');
    await first.waitForURL('**/demo/university');
    assert.ok((await first.innerText('#claims')).includes('maria@example.test'));
  });

  it('survives the back button after the password and after the permission', async () => {
    const page = await visit();
    await toSignIn(page, 'university');
    await signInAs(page, 'boris');
    await page.waitForSelector('#consent-submit');
    await page.goBack();
    await page.goForward();
    await page.waitForSelector('#consent-submit');
    await page.click('#consent-submit');
    await page.waitForURL('**/demo/university');

    await page.goBack();
    await page.waitForSelector('h1');
    assert.equal(await page.locator('#op-error').count(), 0);
    await page.goto('/demo/university');
    await page.waitForSelector('#claims');
  });

  it('keeps what was typed when the person goes back to the form', async () => {
    const page = await visit();
    await page.goto('/registration');
    await fillRegistration(page, { phone: '+79120000011' });
    await page.waitForSelector('#code');
    await page.goBack();
    await page.waitForSelector('#registration-submit');
    assert.equal(await page.inputValue('#last-name'), 'Соколова');
  });

  it('shows a refused form again after a reload, and goes on from it', async () => {
    const page = await visit();
    await toSignIn(page, 'university');
    await signIn(page, '+79990000000', 'Wrong-password-1');
    await page.waitForSelector('#error-summary');
    await page.reload();
    await page.waitForSelector('#login-submit');
    await signInAs(page, 'vera');
    await page.waitForSelector('#consent-submit');
    await page.reload();
    await page.click('#consent-submit');
    await page.waitForURL('**/demo/university');
  });

  it('lets two tabs sign in side by side', async () => {
    const one = await visit();
    const two = await one.context().newPage();
    await toSignIn(one, 'university');
    await toSignIn(two, 'university');
    await signInAs(one, 'galina');
    await one.click('#consent-submit');
    await one.waitForSelector('#claims');
    // The second tab still shows the form; its answer finds the person signed in already.
    await signInAs(two, 'galina');
    await two.waitForSelector('#claims');
  });

  for (const javaScriptEnabled of [true, false]) {
    it(`does once what is pressed twice, ${javaScriptEnabled ? 'with' : 'without'} script`, async () => {
      const page = await visit({ javaScriptEnabled });
      const number = javaScriptEnabled ? '+79120000021' : '+79120000022';
      await page.goto('/registration');
      await page.fill('#last-name', 'Соколова');
      await page.fill('#first-name', 'Мария');
      await page.fill('#phone', number);
      await page.check('#agree');
      await page.dblclick('#registration-submit');
      await page.waitForSelector('#code');
      await enterCodeTwice(page, number);
      if (javaScriptEnabled) assert.equal((await chromium.house.messages(number)).length, 1);
      await page.click('#suggest-password');
      await page.waitForSelector('#suggestion:not([hidden])');
      await page.dblclick('#password-submit');
      await page.waitForSelector('#continue');
      await page.click('#continue');
      await page.waitForURL('**/account');
    });
  }

  async function enterCodeTwice(page: Page, number: string): Promise<void> {
    const { code } = await messageTo(chromium.house, number);
    await page.fill('#code', code!);
    await page.dblclick('#code-submit');
    await page.waitForSelector('#suggest-password, #error-summary');
    // The second press may be answered while the first is still at work; nothing is lost by it.
    if (await page.isVisible('#error-summary')) await page.goto(page.url().replace(/\/code$/, ''));
    await page.waitForSelector('#suggest-password');
  }

  async function visit(options: BrowserContextOptions = { viewport: desktop }): Promise<Page> {
    return chromium.visit({ locale: 'ru-RU', ...options });
  }

  async function toSignIn(page: Page, site: string): Promise<void> {
    await page.goto(`/demo/${site}`);
    await page.click('#login-with-esia');
    await page.waitForSelector('#login-submit');
  }
});
