import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { InChromium } from '#test/browser/in-chromium.ts';
import { signIn, signInAs } from '#test/browser/steps.ts';
import { adminApi } from '#test/support/admin.ts';
import { operatorNamed } from '#test/support/console.ts';
import { settle } from '#test/support/people.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { appCode } from '#test/support/second-factor.ts';

const MARKUP = `<img src=x onerror="document.title='broken in'"><script>document.title='broken in'</script>`;
const FORMULA = "=cmd|' /C calc'!A0";
const TURNED = 'abc\u202Egnihsihp';
const LOGO = 'https://logo.example/evil.svg';
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9" onload="document.title='broken in'"><script>document.title='broken in'; fetch('https://logo.example/taken')</script></svg>`;

/** Nothing here writes CSV; formulas are text like the rest. `InChromium` fails every test in which the browser reports a violation of the content policy. */
describe('hostile data in a real browser', function () {
  this.timeout(420_000);
  const chromium = new InChromium();

  it('K6: a client’s name, purpose and picture are shown as text and as a picture', async () => {
    const rp = await RelyingParty.register(chromium.house, {
      client_name: `${MARKUP} ${FORMULA}`,
      purpose: `{{7*7}} ${MARKUP}`,
      logo_uri: LOGO,
      minimum_tier: 'confirmed',
    });
    const page = await chromium.visit({ locale: 'ru' });
    const asked: string[] = [];
    await page.context().route('https://logo.example/**', async (route) => {
      asked.push(route.request().url());
      await route.fulfill({ contentType: 'image/svg+xml', body: svg });
    });
    await page.goto((await rp.request({ scope: 'openid fullname' })).url.href);
    await shows(page, `${MARKUP} ${FORMULA}`);
    await signInAs(page, 'boris');
    await page.waitForSelector('#tier-upgrade');
    await shows(page, `${MARKUP} ${FORMULA}`);
    await page.context().clearCookies();
    await page.goto((await rp.request({ scope: 'openid fullname' })).url.href);
    await signInAs(page, 'anna');
    await page.waitForSelector('#consent-submit');
    await shows(page, `{{7*7}} ${MARKUP}`);
    await rp.house.services.consents.grant(
      (await rp.house.services.sandbox!.people.accountIdOf('anna'))!,
      rp.clientId,
      { name: `${MARKUP} ${FORMULA}`, purpose: '' },
      { scopes: ['fullname'], claims: [], resources: {} },
    );
    for (const path of ['/account/consents', '/account/history', '/account/sessions']) {
      await page.goto(path);
      if (path === '/account/consents') await shows(page, `${MARKUP} ${FORMULA}`);
      await isUnharmed(page);
    }
    assert.deepEqual([...new Set(asked)], [LOGO], 'a picture asks for nothing else');
  });

  it('K6: a picture that our policy would not load is not asked for', async () => {
    const rp = await RelyingParty.register(chromium.house, { logo_uri: 'http://logo.example/plain.png' });
    const page = await chromium.visit();
    await page.goto((await rp.request()).url.href);
    await page.waitForSelector('#login');
    assert.equal(await page.locator('.client img').count(), 0);
  });

  for (const [what, field, value] of [
    ['a name that turns the line round', 'client_name', `University ${TURNED}`],
    ['a name with a zero', 'client_name', 'University\u0000'],
    ['a purpose that turns the line round', 'purpose', `Checks ${TURNED}`],
    ['a script for a picture', 'logo_uri', 'javascript:alert(1)'],
    ['a picture inside its address', 'logo_uri', `data:image/svg+xml,${encodeURIComponent(svg)}`],
    ['a script for a site', 'client_uri', 'javascript:alert(1)'],
  ] as const) {
    it(`K6: ${what} is not registered at all`, async () => {
      const answer = await adminApi(chromium.house).post('/clients', {
        redirect_uris: ['https://client.example/callback'],
        [field]: value,
      });
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.text, new RegExp(field));
    });
  }

  it('K6: what strangers write to support is text on the operator’s screen', async () => {
    const guest = await chromium.visit({ locale: 'ru' });
    await guest.goto('/help');
    await guest.selectOption('#topic', 'suggestion');
    await guest.fill('#contact', 'hostile@example.test');
    await guest.fill('#text', `${MARKUP}\n${FORMULA}\n${TURNED}`);
    await guest.fill('#reference', '"><b>1</b>');
    await guest.click('.captcha summary');
    await guest.fill('#captcha', 'sandbox');
    await guest.click('#feedback-submit');
    await guest.waitForSelector('#ticket-number');
    const number = (await guest.innerText('#ticket-number')).trim();

    const desk = await operator('support');
    await desk.goto('/console/tickets');
    await desk.click(`text=${number}`);
    await desk.waitForSelector('#ticket');
    for (const text of [MARKUP, FORMULA, '"><b>1</b>']) await shows(desk, text);
    await desk.fill('#answer', MARKUP);
    await desk.click('#answer-submit');
    await shows(desk, MARKUP);
    await chromium.house.settleOutbox();
    await desk.goto('/sandbox/inbox?to=hostile@example.test');
    await shows(desk, MARKUP);
  });

  it('K6: a name that no form would take is still text wherever it is read', async () => {
    const { house } = chromium;
    const contact = { kind: 'email' as const, value: 'mallory@example.test' };
    const profile = {
      familyName: MARKUP,
      givenName: FORMULA,
      birthdate: '1990-01-01',
      birthplace: TURNED,
      gender: 'male' as const,
      citizenship: 'RUS',
      address: { formatted: MARKUP, street_address: MARKUP },
    };
    const documents = { rf_passport: '4510999111', snils: '08765431018' };
    const person = await settle(house, { profile, contacts: [contact], evidence: ['registry'], documents });
    const name = `${MARKUP} ${FORMULA}`;

    const own = await chromium.visit({ locale: 'ru' });
    await own.goto('/account');
    await signIn(own, person.login, person.password);
    await own.waitForSelector('#recovery-strength');
    await shows(own, name);
    for (const path of [
      '/account/documents',
      '/account/documents/edit',
      '/account/addresses',
      '/account/confirm/letter',
    ])
      await own.goto(path).then(() => isUnharmed(own));
    await house.services.letters.order(person.id, 'ru');
    await house.settleOutbox();
    await own.goto('/sandbox/inbox');
    await isUnharmed(own);

    const desk = await operator('clerk');
    await desk.goto('/console/visits');
    await desk.fill('#document-number', '4510 999111');
    await desk.check('#purpose');
    await desk.click('#find-submit');
    await desk.waitForSelector('#visit');
    await shows(desk, name);
    await desk.click('#matches');
    await shows(desk, name);
    await desk.check('#identity-paper');
    await desk.check('#snils');
    await desk.click('#papers-submit');
    await shows(desk, name);

    const broker = await RelyingParty.register(house, { client_name: 'Broker' });
    await own.goto((await broker.request({ scope: 'openid profile address' })).url.href);
    await own.waitForSelector('#consent-submit');
    await shows(own, name);
  });

  it('K6: what stands in addresses and forms comes back as text', async () => {
    const page = await chromium.visit({ locale: 'ru' });
    for (const path of [
      `/oauth2/auth?client_id=${encodeURIComponent(MARKUP)}&response_type=code&scope=openid`,
      `/demo/university/callback?error=access_denied&error_description=${encodeURIComponent(MARKUP)}&state=x`,
      `/help?reference=${encodeURIComponent(MARKUP)}`,
      `/sandbox?search=${encodeURIComponent(MARKUP)}`,
      `/sandbox/inbox?to=${encodeURIComponent(MARKUP)}`,
      `/service-centres?city=${encodeURIComponent(MARKUP)}`,
      `/${encodeURIComponent(MARKUP)}`,
    ]) {
      await page.goto(path);
      await isUnharmed(page);
    }
    await page.goto('/registration');
    await page.fill('#last-name', MARKUP);
    await page.fill('#first-name', FORMULA);
    await page.click('#registration-submit');
    await page.waitForSelector('#error-summary');
    assert.equal(await page.inputValue('#last-name'), MARKUP, 'kept to be corrected');
    await isUnharmed(page);
  });

  async function operator(name: string): Promise<Page> {
    const page = await chromium.visit({ locale: 'ru' });
    await page.goto('/console');
    await signInAs(page, name);
    chromium.house.clock.advance(30_000);
    await page.fill('#code', appCode(operatorNamed(name).totpSecret));
    await page.click('#code-submit');
    await page.waitForSelector('#console-home');
    return page;
  }

  async function shows(page: Page, text: string): Promise<void> {
    const shown = (await page.innerText('#op-page')).replaceAll(/\s+/g, ' ');
    assert.ok(
      shown.includes(text.replaceAll(/\s+/g, ' ')),
      `${page.url()} does not say ${text}: ${shown.slice(0, 1500)}`,
    );
    await isUnharmed(page);
  }

  async function isUnharmed(page: Page): Promise<void> {
    assert.notEqual(await page.title(), 'broken in', page.url());
    assert.equal(await page.locator('img[src="x"], script:not([src]), b').count(), 0, page.url());
  }
});
