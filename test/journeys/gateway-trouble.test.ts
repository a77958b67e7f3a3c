import assert from 'node:assert/strict';
import { has, textOf, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { codeSentTo, Registrant } from '#test/support/registering.ts';

/** Shorter than any sender takes to give up, longer than a page may take. */
const PATIENCE_MS = 3000;

describe('D10: trouble with the SMS gateway', () => {
  let house: House;
  let next = 0;

  before(async () => {
    house = await House.open({ instances: 2 });
  });
  afterEach(() => {
    for (const { faults } of house.all) faults.set('sms', 'off');
    house.clock.reset();
  });
  after(() => house.close());

  const numberOf = () => `+7900000${String(4100 + next++)}`;
  const have = (mode: 'fail' | 'slow' | 'duplicate' | 'off') => {
    for (const { faults } of house.all) faults.set('sms', mode);
  };

  async function begin(phone: string): Promise<{ registrant: Registrant; page: View; ms: number }> {
    const registrant = new Registrant(house);
    const startedAt = performance.now();
    const page = await registrant.begin({ phone });
    return { registrant, page, ms: performance.now() - startedAt };
  }

  /** The page without what differs between any two: numbers, form tokens, times. */
  const shape = (page: View, phone: string) =>
    textOf(page).replaceAll(/\d+/g, '0').replaceAll(phone, '').replaceAll(/\s+/g, ' ');

  it('a gateway that fails or stalls shows on no page', async () => {
    const calm = numberOf();
    const usual = await begin(calm);
    for (const mode of ['fail', 'slow', 'duplicate'] as const) {
      have(mode);
      const phone = numberOf();
      const { page, ms } = await begin(phone);
      assert.ok(has(page, 'code-submit'));
      assert.equal(shape(page, phone), shape(usual.page, calm), mode);
      assert.ok(ms < PATIENCE_MS, `${mode}: ${ms} ms`);
    }
  });

  it('what failed is sent again, with the same code, and opens', async () => {
    have('fail');
    const phone = numberOf();
    const { registrant, page } = await begin(phone);
    await house.settleOutbox();
    assert.deepEqual(await house.services.inbox.list({ to: phone }), []);
    have('off');
    house.clock.advance(60_000);
    const code = await codeSentTo(house, phone);
    assert.ok(has(await registrant.enterCode(page, code), 'password-submit'));
  });

  it('a code that came twice is one code, used once', async () => {
    have('duplicate');
    const phone = numberOf();
    const { registrant, page } = await begin(phone);
    const messages = await house.messages(phone);
    assert.equal(messages.length, 2);
    assert.equal(messages[0]!.code, messages[1]!.code);
    await registrant.choosePassword(await registrant.enterCode(page, messages[0]!.code!));
    assert.ok(!has(await registrant.enterCode(page, messages[1]!.code!), 'password-submit'));
  });

  it('a code that could not be sent in its five minutes is never sent', async () => {
    have('fail');
    const phone = numberOf();
    await begin(phone);
    await house.settleOutbox();
    have('off');
    house.clock.advance(301_000);
    assert.deepEqual(await house.messages(phone), []);
  });
});
