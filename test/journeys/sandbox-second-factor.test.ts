import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has } from '#test/support/browser.ts';
import { Authenticator, usePasskey } from '#test/support/passkeys.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { appCode, claimsAfter, codeTo, enterCode, passPassword } from '#test/support/second-factor.ts';

interface ListedPerson {
  id: string;
  logins: { phone: string };
  password: string;
  secondFactor: string | null;
  totpSecret?: string;
  passkey?: { credentialId: string; privateKey: string; signCount: number };
}

describe('the sandbox’s people with a second factor', () => {
  let house: House;
  let university: RelyingParty;
  let people: ListedPerson[];

  before(async () => {
    house = await House.open();
    await house.services.sandbox!.people.settle();
    university = await RelyingParty.register(house);
    people = (await (await fetch(`${house.origin}/sandbox/api/people`)).json()) as ListedPerson[];
  });
  after(() => house.close());

  const withFactor = (factor: string) => people.find(({ secondFactor }) => secondFactor === factor)!;

  it('are listed, the app’s key with them', () => {
    assert.ok(withFactor('sms'));
    assert.match(withFactor('totp').totpSecret!, /^[A-Z2-7]{32}$/);
    for (const { secondFactor, totpSecret } of people) assert.equal(secondFactor === 'totp', totpSecret !== undefined);
    for (const { secondFactor, passkey } of people) assert.equal(secondFactor === 'passkey', passkey !== undefined);
  });

  it('answer with the passkey that is printed, time and again', async () => {
    const listed = async () => {
      const all = (await (await fetch(`${house.origin}/sandbox/api/people`)).json()) as ListedPerson[];
      return all.find(({ secondFactor }) => secondFactor === 'passkey')!;
    };
    for (let visit = 0; visit < 2; visit++) {
      const { id, logins, password, passkey } = await listed();
      const browser = new Browser(house.origin);
      const { view, request } = await passPassword(university, browser, { id, login: logins.phone, password });
      const done = await usePasskey(browser, view, new Authenticator(house.origin, passkey));
      assert.deepEqual((await claimsAfter(university, browser, done, request)).amr, ['pwd', 'hwk', 'user', 'mfa']);
      house.clock.advance(60_000);
    }
    house.clock.reset();
  });

  it('are asked for it as everybody is', async () => {
    for (const factor of ['sms', 'totp']) {
      const { id, logins, password, totpSecret } = withFactor(factor);
      const browser = new Browser(house.origin);
      const { view, request } = await passPassword(university, browser, { id, login: logins.phone, password });
      const code = totpSecret ? appCode(totpSecret) : await codeTo(house, logins.phone);
      const claims = await claimsAfter(university, browser, await enterCode(browser, view, code), request);
      assert.deepEqual(claims.amr, ['pwd', factor === 'totp' ? 'otp' : 'sms', 'mfa']);
    }
  });

  it('are signed in by sandbox_person without pages, also for clients that demand two factors', async () => {
    const bank = await RelyingParty.register(house, { require_second_factor: true });
    for (const id of [withFactor('sms').id, withFactor('totp').id, withFactor('passkey').id, 'boris']) {
      const browser = new Browser(house.origin);
      const request = await bank.request({ sandbox_person: id });
      const view = await browser.open(request.url.href);
      assert.ok(!has(view, 'code') && !has(view, 'login'));
      const claims = await claimsAfter(bank, browser, view, request);
      assert.ok(String(claims.acr).endsWith(':mfa'), id);
      assert.equal((claims.amr as string[]).at(-1), 'mfa');
    }
  });
});
