import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import { InChromium } from '#test/browser/in-chromium.ts';
import { LostPassword, owner, type Kind } from '#test/browser/recovering.ts';
import { waysBack, type Way } from '#test/browser/recovery-ways.ts';
import { atWork } from '#test/support/console.ts';
import { Desk, linkTo } from '#test/support/restoring.ts';

describe('P7 to P18, F20: a forgotten password in a real browser', function () {
  this.timeout(300_000);
  const chromium = new InChromium();

  for (const [kind, list] of Object.entries(waysBack) as [Kind, Way[]][])
    for (const { by, script, phone, before: prepare, walk, login } of list)
      it(`a ${kind} account by ${by}${script === false ? ', without script' : ''}`, async () => {
        const who = await owner(chromium.house, kind, { phone });
        await prepare?.(who, chromium.house);
        const lost = new LostPassword(chromium.house, await visit(script));
        await walk(lost, who);
        await lost.ends(who[login]);
      });

  it('P17, P18, P22: a simplified account that has lost its phone is led to a service centre', async () => {
    const { phone, snils } = await owner(chromium.house, 'simplified');
    const lost = new LostPassword(chromium.house, await visit());
    await lost.find('contact', { contact: phone });
    await lost.page.click('#no-phone-link');
    await lost.document(snils);
    await lost.page.waitForSelector('#error-summary');
    await lost.page.click('#service-centre-link');
    await lost.fits();
    assert.match(await lost.page.innerText('main'), /8 800 100 70 10/);
    await lost.page.click('#centres-link');
    await lost.fits();
  });

  // Two clerks and a confirmed account: test/browser/console.test.ts.
  for (const [kind, document] of [
    ['standard', 'rf_passport'],
    ['reviewed', 'foreign'],
  ] as const)
    it(`P19: a ${kind} account by the service centre`, async () => {
      const who = await owner(chromium.house, kind);
      const first = kind === 'standard' ? who.passport : who.foreignDocument;
      const fresh = `new${who.email}`;
      const desk = new Desk(chromium.house, await atWork(chromium.house, 'clerk'));
      await desk.giveBack({ passport: first, snils: who.snils, document }, fresh);
      const lost = new LostPassword(chromium.house, await visit());
      await lost.page.goto((await linkTo(chromium.house, fresh, '/activation/'))!);
      await lost.ends(fresh);
    });

  it('C2: whoever types a new password is told how strong it is; before that nothing of it is loaded, and nothing is sent', async () => {
    const who = await owner(chromium.house, 'simplified');
    const lost = new LostPassword(chromium.house, await visit());
    const { page } = lost;
    const asked: string[] = [];
    page.on(
      'request',
      (request) => void asked.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`),
    );
    await lost.find('contact', { contact: who.phone });
    await lost.code(who);
    await page.waitForSelector('#new-password');
    await page.click('#suggest-password');
    assert.ok(!asked.some((one) => /strength|zxcvbn/.test(one)), 'a suggested one is strong');
    asked.length = 0;
    for (const [typed, words] of [
      ['Solnyshko7!', /не самый надёжный|слабый/],
      ['Petrova-1990!', /слабый|не самый надёжный/],
      ['Kettle-Meadow-73-Orbit', /Пароль надёжный\./],
    ] as const) {
      await page.fill('#new-password', '');
      await page.type('#new-password', typed);
      await page.waitForFunction(
        (source) => new RegExp(source).test(document.getElementById('strength')!.innerText),
        words.source,
      );
      assert.ok(!asked.join().includes(typed) && asked.every((one) => one.startsWith('GET ')), asked.join('\n'));
    }
    assert.equal(await page.getAttribute('#strength', 'role'), 'status');
    await lost.fits();
    await page.fill('#new-password', 'Kettle-Meadow-73-Orbit'.repeat(6));
    await page.click('#password-submit');
    await page.waitForSelector('#error-summary', { timeout: 20_000 });
  });

  it('C2: a password is set where the word of its strength never comes', async () => {
    const who = await owner(chromium.house, 'simplified');
    const page = await visit();
    await page.route('**/strength.js*', (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    const lost = new LostPassword(chromium.house, page);
    await lost.find('contact', { contact: who.phone });
    await lost.code(who);
    await page.fill('#new-password', 'Kettle-Meadow-73');
    await page.fill('#new-password-repeat', 'Kettle-Meadow-73');
    await page.click('#password-submit');
    await page.waitForSelector('#login-submit');
  });

  function visit(javaScriptEnabled = true): Promise<Page> {
    return chromium.visit({ javaScriptEnabled, viewport: { width: 375, height: 900 }, locale: 'ru' });
  }
});
