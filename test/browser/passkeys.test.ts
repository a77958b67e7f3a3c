import assert from 'node:assert/strict';
import type { CDPSession, Page } from 'playwright-core';
import { InChromium } from '#test/browser/in-chromium.ts';
import { addAuthenticator, signIn } from '#test/browser/steps.ts';
import { settle, type Person } from '#test/support/people.ts';

interface ListedPerson {
  logins: { phone: string };
  password: string;
  secondFactor: string | null;
  passkey?: { credentialId: string; privateKey: string; signCount: number };
}

describe('L5 to L8: face or fingerprint in a real browser', function () {
  this.timeout(240_000);
  const chromium = new InChromium();
  let person: Person;

  before(async () => {
    person = await settle(chromium.house, { contacts: [{ kind: 'phone', value: '+79000033001' }] });
  });

  it('is switched on in the account, comes first in this browser, and is the second step in another', async () => {
    const { page, device } = await visit();
    await page.goto('/account/security');
    await signIn(page, person.login, person.password);
    await page.click('#add-passkey');
    await page.click('#passkey-submit');
    await page.waitForSelector('#backup-codes');
    const { credentials } = await device.cdp.send('WebAuthn.getCredentials', { authenticatorId: device.id });
    assert.equal(credentials.length, 1);
    assert.ok(credentials[0]!.isResidentCredential);

    await page.context().clearCookies({ name: /^session/ });
    await page.goto('/demo/university/login');
    await page.click('#passkey-submit');
    await page.click('#consent-submit');
    await page.waitForSelector('#claims');
    const claims = await page.innerText('#op-page');
    assert.match(claims, /simplified:mfa/);

    const other = await visit();
    const { credentials: latest } = await device.cdp.send('WebAuthn.getCredentials', { authenticatorId: device.id });
    await other.device.cdp.send('WebAuthn.addCredential', {
      authenticatorId: other.device.id,
      credential: latest[0]!,
    });
    await other.page.goto('/demo/university/login');
    assert.equal(await other.page.locator('#passkey-submit').count(), 0, 'another browser asks for the password');
    await signIn(other.page, person.login, person.password);
    await other.page.click('#passkey-submit');
    await other.page.waitForSelector('#claims');
  });

  it('L7: when the device does not recognise the person, the page says so and the password still works', async () => {
    const { page, device } = await visit();
    await page.goto('/account/security');
    const someone = await settle(chromium.house, { contacts: [{ kind: 'phone', value: '+79000033002' }] });
    await signIn(page, someone.login, someone.password);
    await device.cdp.send('WebAuthn.setUserVerified', { authenticatorId: device.id, isUserVerified: false });
    await page.click('#add-passkey');
    await page.click('#passkey-submit');
    await page.waitForSelector('[data-failure]:not([hidden])');
    await device.cdp.send('WebAuthn.setUserVerified', { authenticatorId: device.id, isUserVerified: true });
    await page.click('#passkey-submit');
    await page.waitForSelector('#backup-codes');
  });

  it('without script the button is hidden and the password stays', async () => {
    const { page } = await visit();
    await page.goto('/account/security');
    const someone = await settle(chromium.house, { contacts: [{ kind: 'phone', value: '+79000033003' }] });
    await signIn(page, someone.login, someone.password);
    await page.click('#add-passkey');
    await page.click('#passkey-submit');
    await page.waitForSelector('#backup-codes');
    const plain = await chromium.visit({ javaScriptEnabled: false });
    const cookies = await page.context().cookies();
    await plain.context().addCookies(cookies.filter(({ name }) => !name.startsWith('session')));
    await plain.goto('/demo/university/login');
    assert.equal(await plain.locator('#passkey-submit').count(), 1);
    assert.ok(await plain.locator('#passkey-submit').isHidden());
    assert.ok(await plain.locator('#login-submit').isVisible());
  });

  it('the sandbox’s person with a passkey answers in a virtual authenticator', async () => {
    const { house } = chromium;
    await house.services.sandbox!.people.settle();
    const people = (await (await fetch(`${house.origin}/sandbox/api/people`)).json()) as ListedPerson[];
    const { logins, password, passkey } = people.find(({ secondFactor }) => secondFactor === 'passkey')!;
    const { page, device } = await visit();
    const credential = { ...passkey!, isResidentCredential: false, rpId: new URL(house.origin).hostname };
    await device.cdp.send('WebAuthn.addCredential', { authenticatorId: device.id, credential });
    await page.goto('/demo/university/login');
    await signIn(page, logins.phone, password);
    await page.click('#passkey-submit');
    await page.click('#consent-submit');
    await page.waitForSelector('#claims');
  });

  async function visit(): Promise<{ page: Page; device: { cdp: CDPSession; id: string } }> {
    const page = await chromium.visit();
    return { page, device: await addAuthenticator(page) };
  }
});
