import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { enterCode, openSandboxHouse, signInAs, takeSuggestion } from '#test/browser/steps.ts';
import { complaintsOf, launchChromium } from '#test/support/chromium.ts';
import { operatorNamed } from '#test/support/console.ts';
import type { House } from '#test/support/house.ts';
import { settle } from '#test/support/people.ts';
import { linkTo } from '#test/support/restoring.ts';
import { appCode } from '#test/support/second-factor.ts';

/** Set to a folder to look at the pages. */
const SHOTS = process.env.SCREENSHOTS;

describe("the operators' console in a real browser", function () {
  this.timeout(360_000);
  let house: House;
  let browser: Browser;

  before(async function () {
    browser = await launchChromium(this);
    house = await openSandboxHouse();
  });
  after(async () => {
    await browser?.close();
    await house?.close();
  });

  it('S3: a clerk signs in and confirms a person in at most six screens', async () => {
    const context = await desktop('ru');
    const complaints = complaintsOf(context);
    const page = await context.newPage();
    await enter(page, 'clerk');
    await look(page, 'home');
    await page.click('nav a[href="/console/visits"]');
    let screens = 1;
    await look(page, 'find');
    await page.click('#find-submit');
    await look(page, 'find-errors');
    await page.fill('#document-number', '9924 600014');
    await page.check('#purpose');
    await page.click('#find-submit');
    await page.waitForSelector('#visit');
    screens++;
    await page.click('#unmask');
    await page.waitForSelector('#unmask', { state: 'detached' });
    await look(page, 'visit');
    await page.click('#matches');
    screens++;
    await page.check('#identity-paper');
    await page.click('#papers-submit');
    await look(page, 'papers-errors');
    await page.check('#snils');
    await page.click('#papers-submit');
    await page.waitForSelector('#confirm-submit');
    screens++;
    await look(page, 'confirmation');
    await page.click('#confirm-submit');
    await page.waitForSelector('#visit-confirmed');
    screens++;
    await look(page, 'done');
    assert.ok(screens <= 6, `${screens} screens`);
    assert.deepEqual(complaints, []);
    await context.close();
  });

  it('S3, P19: two clerks give a confirmed account back in six screens; the person sets the password elsewhere', async () => {
    const [lost, fresh] = ['+79000007401', '+79000007402'];
    const person = await settle(house, {
      profile: { familyName: 'Зимина', givenName: 'Лариса', middleName: 'Павловна', birthdate: '1970-02-03' },
      contacts: [{ kind: 'phone', value: lost }],
      evidence: ['registry', 'in_person'],
      documents: { rf_passport: '4510777401', snils: '74000000095' },
    });
    await house.services.db.transaction().execute(async (transaction) => {
      await house.services.factors.add(transaction, person.id, { kind: 'sms' });
    });
    const context = await desktop('ru');
    const complaints = complaintsOf(context);
    const page = await context.newPage();
    await enter(page, 'clerk');
    await page.click('nav a[href="/console/visits"]');
    await page.fill('#document-number', '4510 777401');
    await page.check('#purpose-restore');
    await page.click('#find-submit');
    await page.waitForSelector('#visit');
    await look(page, 'restore-visit');
    await page.click('#matches');
    await page.click('#papers-submit');
    await look(page, 'restore-papers-errors');
    await page.fill('#first-number', '4510 777401');
    await page.fill('#second-number', '740-000-000 95');
    await page.click('#papers-submit');
    await page.click('#contact-submit');
    await page.waitForSelector('#error-summary');
    await look(page, 'restore-contact-errors');
    await page.fill('#contact', fresh);
    await page.check('#reason');
    await page.check('#lost-sms');
    await page.click('#contact-submit');
    await page.waitForSelector('#code');
    await look(page, 'restore-code');
    await enterCode(page, house, fresh);
    await page.waitForSelector('#visit-restoration_asked');
    await look(page, 'restore-asked');
    assert.deepEqual(complaints, []);
    await page.click('nav a[href="/console/creations"]');
    await look(page, 'create-person');
    await page.click('#create-submit');
    await page.waitForSelector('#error-summary');
    await look(page, 'create-person-errors');
    await context.close();

    const second = await desktop('ru');
    const colleague = await second.newPage();
    await enter(colleague, 'clerk-3');
    await colleague.click('nav a[href="/console/restorations"]');
    await colleague.waitForSelector('#waiting');
    await look(colleague, 'restorations');
    await colleague.click('#waiting .button');
    await colleague.waitForSelector('#nothing-waits');
    await look(colleague, 'restorations-none');
    await second.close();

    const own = await desktop('ru');
    const phone = await own.newPage();
    await phone.goto((await linkTo(house, fresh, '/activation/'))!);
    await look(phone, 'activation');
    const password = await takeSuggestion(phone);
    await phone.waitForSelector('#login-submit');
    assert.equal((await phone.inputValue('#login')).replaceAll(/[\s-]/g, ''), fresh);
    await phone.fill('#password', password);
    await phone.click('#login-submit');
    await phone.waitForSelector('#login-submit', { state: 'detached' });
    await phone.goto((await linkTo(house, lost, '/restoration/stop/'))!);
    await look(phone, 'stop-restoration');
    await phone.click('#stop-submit');
    await phone.waitForSelector('#restoration-stopped');
    await look(phone, 'restoration-stopped');
    await own.close();
  });

  it('administrators and support: every page fits and has no barriers', async () => {
    const context = await desktop('ru');
    const page = await context.newPage();
    await enter(page, 'admin');
    await page.click('nav a[href="/console/roles"]');
    await look(page, 'roles');
    await page.click('#new-role-link');
    await look(page, 'new-role');
    await page.click('#role-submit');
    await look(page, 'new-role-errors');
    await page.fill('#contact', 'anna@example.test');
    await page.selectOption('#office', 'arz-lenina');
    await page.click('#role-submit');
    await page.waitForSelector('#waiting');
    await look(page, 'roles-waiting');
    await context.close();

    const helping = await desktop('ru');
    const desk = await helping.newPage();
    await enter(desk, 'support');
    await desk.click('nav a[href="/console/timelines"]');
    await desk.click('#find-submit');
    await look(desk, 'find-timeline-errors');
    await desk.fill('#contact', 'olga@example.test');
    await desk.check('#purpose');
    await desk.click('#find-submit');
    await desk.waitForSelector('#timeline');
    await look(desk, 'timeline');
    await helping.close();
  });

  async function desktop(locale: string): Promise<BrowserContext> {
    const viewport = { width: 1280, height: 900 };
    const context = await browser.newContext({ baseURL: house.origin, locale, viewport, reducedMotion: 'reduce' });
    context.setDefaultTimeout(60_000);
    return context;
  }

  async function enter(page: Page, operator: string): Promise<void> {
    await page.goto('/');
    await page.click('#language button[value=ru]');
    await page.goto('/console');
    await signInAs(page, operator);
    // The same operator may have used this moment's code in the test before.
    house.clock.advance(30_000);
    await page.fill('#code', appCode(operatorNamed(operator).totpSecret));
    await page.click('#code-submit');
    await page.waitForSelector('#console-home');
  }

  async function look(page: Page, name: string): Promise<void> {
    for (const width of [390, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(excess <= 0, `${name} is ${excess} px too wide at ${width}`);
      if (SHOTS) await page.screenshot({ path: `${SHOTS}/${name}-${width}.png`, fullPage: true });
    }
    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const { axe: tool } = window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
      return (await tool.run()).violations.map(({ id }) => id);
    });
    assert.deepEqual(found, [], name);
  }
});
