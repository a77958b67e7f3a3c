import assert from 'node:assert/strict';
import type { Browser as Chromium } from 'playwright-core';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { House } from '#test/support/house.ts';
import { Browser, hrefOf, type View } from '#test/support/browser.ts';
import { launchChromium } from '#test/support/chromium.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { anna, boris, settle, type Person } from '#test/support/people.ts';

describe('B8: headers', () => {
  let house: House;
  let person: Person;
  let university: RelyingParty;

  before(async () => {
    house = await House.open();
    person = await settle(house, anna);
    university = await RelyingParty.register(house);
  });
  after(() => house.close());

  function check({ headers, status }: Pick<View, 'headers' | 'status'>, path: string): void {
    const csp = headers.get('content-security-policy') ?? '';
    const what = `${path} (${status})`;
    assert.match(csp, /default-src 'none'/, what);
    assert.match(csp, /frame-ancestors 'none'/, what);
    assert.match(csp, /base-uri 'none'/, what);
    assert.match(csp, /script-src 'self'/, what);
    assert.doesNotMatch(csp, /unsafe|\*|form-action/, what);
    assert.equal(headers.get('referrer-policy'), 'no-referrer', what);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', what);
    assert.equal(headers.get('x-frame-options'), 'DENY', what);
    assert.equal(headers.get('x-powered-by'), null, what);
    assert.equal(headers.get('server'), null, what);
    assert.match(headers.get('cache-control') ?? '', /no-store/, what);
  }

  it('on every page: of the journey, of the account, of errors', async () => {
    const browser = new Browser(house.origin);
    const opened = await browser.open((await university.request()).url.href);
    check(opened, 'sign in');
    const wrong = await browser.submit(opened, { login: 'x', password: 'y' }, { form: 'login-submit' });
    check(wrong, 'wrong password');
    const consent = await browser.submit(wrong, { login: person.login, password: person.password });
    check(consent, 'consent');
    check(await browser.submit(consent, {}, { form: 'consent-submit' }), 'redirect to the client');
    for (const path of [
      '/',
      '/help',
      '/terms',
      '/privacy',
      '/account',
      '/account/sessions',
      '/account/consents',
      '/registration',
      '/nowhere',
      '/interaction/unknown',
      '/oauth2/unknown',
      '/oauth2/auth',
      '/oauth2/logout',
      '/signed-out',
      '/oauth2/auth?client_id=nobody',
      '/oauth2/logout?id_token_hint=x',
      '/oauth2/logout/success',
    ])
      check(await browser.open(path), path);
    check(await browser.request('POST', '/language', new URLSearchParams()), 'refused form');
  });

  it('answers to programs are not kept either', async () => {
    for (const path of ['/oauth2/token', '/oauth2/userinfo', '/oauth2/introspect', '/oauth2/par', '/oauth2/revoke']) {
      const { headers } = await fetch(new URL(path, house.origin), { method: path.endsWith('info') ? 'GET' : 'POST' });
      assert.match(headers.get('cache-control') ?? '', /no-store/, path);
      assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    }
  });

  it('no page carries script or style inside', async () => {
    const browser = new Browser(house.origin);
    const page = await browser.open((await university.request()).url.href);
    for (const { html } of [page, await browser.open('/'), await browser.open('/nowhere')]) {
      assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)/);
      assert.doesNotMatch(html, /<style|\son\w+="|\sstyle="|javascript:/);
    }
    assert.ok(hrefOf(page, 'interaction-abort').startsWith('/'));
  });

  describe('in Chromium', () => {
    let chromium: Chromium;
    let site: Server;
    let origin: string;
    const posted: string[] = [];
    let other: Person;

    before(async function () {
      this.timeout(240_000);
      chromium = await launchChromium(this);
      other = await settle(house, boris);
      site = createServer((request, response) => {
        let body = '';
        request.on('data', (part) => (body += String(part)));
        request.on('end', () => {
          posted.push(`${request.method} ${request.url} ${body}`);
          response.setHeader('content-type', 'text/html').end('<title>Client</title><p id="client">client</p>');
        });
      });
      await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening));
      site.unref();
      origin = `http://localhost:${(site.address() as AddressInfo).port}`;
    });
    after(async () => {
      await chromium?.close();
      site?.closeAllConnections();
      site?.close();
    });

    for (const mode of ['query', 'fragment', 'form_post']) {
      it(`the sign-in ends at the client by ${mode}, under our own policy`, async () => {
        const rp = await RelyingParty.register(house, { redirect_uris: [`${origin}/${mode}`] });
        const context = await chromium.newContext();
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
        await page.goto((await rp.request({ response_mode: mode })).url.href);
        await page.fill('#login', person.login);
        await page.fill('#password', person.password);
        await page.click('#login-submit');
        await page.click('#consent-submit');
        await page.waitForSelector('#client');
        const last = posted.findLast((line) => !line.includes('favicon'))!;
        if (mode === 'query') assert.match(last, /^GET \/query\?code=/);
        if (mode === 'fragment') assert.match(page.url(), /\/fragment#code=/);
        if (mode === 'form_post') assert.match(last, /^POST \/form_post code=[^&]+&.*iss=/);
        assert.deepEqual(complaints, []);
        await context.close();
      });
    }

    it('another person signs in instead: the page that ends the first session posts itself', async () => {
      const rp = await RelyingParty.register(house, { redirect_uris: [`${origin}/switch`] });
      const context = await chromium.newContext();
      const page = await context.newPage();
      for (const who of [person, other]) {
        await page.goto((await rp.request({ scope: 'openid', prompt: 'login' })).url.href);
        await page.fill('#login', who.login);
        await page.fill('#password', who.password);
        await page.click('#login-submit');
        await page.click('#consent-submit');
        await page.waitForSelector('#client');
      }
      await page.goto(`${house.origin}/account`);
      assert.match((await page.textContent('#op-page'))!, /Иванов/);
      await context.close();
    });
  });
});
