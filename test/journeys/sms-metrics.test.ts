import assert from 'node:assert/strict';
import { Browser, has } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { boris, settle } from '#test/support/people.ts';
import { Forgetful } from '#test/support/recovering.ts';

const HOUR = 3_600_000;
const settings = {
  codes: { resendSeconds: 0, sendsPerTenMinutes: 1000, sendsPerDay: 4, sendsPerAddress: 100_000 },
  recovery: { startsPerAddress: 1000 },
  smsGuard: {
    sendsPerRange: 3,
    unansweredPerRange: 5,
    sendsPerCountryPerHour: { AM: 1 },
    sendsPerHour: 40,
    moneyPerHour: 1000,
    prices: { '+996': 900 },
  },
};

describe('D7: what text messages cost is read at /metrics', () => {
  let house: House;

  beforeEach(async () => {
    house = await House.open({ settings });
  });
  afterEach(() => house.close());

  it('D7: messages sent and codes that came back, by country: the conversion', async () => {
    const phones = ['+79120000101', '+79130000102', '+79140000103', '+79150000104'];
    for (const phone of phones) await settle(house, { ...boris, contacts: [{ kind: 'phone', value: phone }] });
    for (const phone of phones.slice(1)) await new Forgetful(house).find({ contact: phone });
    const [, answered] = [
      await new Forgetful(house).find({ contact: '+79160000999' }),
      await new Forgetful(house).provePhone(phones[0]!),
    ];
    assert.ok(has(answered, 'new-password'));
    const read = await metrics();
    const [sent, back] = [
      read('openesia_sms_total', { country: 'RU', outcome: 'allowed' }),
      read('openesia_sms_answered_total', { country: 'RU' }),
    ];
    assert.deepEqual([sent, back], [4, 1], 'one in four; nobody’s number is no message');
  });

  it('D7: every cap that is reached: of a number, a range, its unanswered codes, a country, the hour, the money', async () => {
    const { sendLimits } = house.services;
    const ask = (phone: string, isProven = true) => sendLimits.take(phone, '203.0.113.5', { isProven });
    for (let i = 0; i < 5; i++) await ask('+79120000001');
    for (let i = 0; i < 5; i++) await ask(`+7913000000${i}`, false);
    house.clock.advance(HOUR / 2);
    for (let i = 0; i < 5; i++) await ask(`+7913000001${i}`, false);
    for (const phone of ['+37491100001', '+37491100002']) await ask(phone);
    for (const phone of ['+996700000001', '+996700000002']) await ask(phone);
    for (let i = 10; i < 60; i++) await ask(`+7914${i}00001`);
    const read = await metrics();
    for (const alarm of ['sms_number', 'sms_range', 'sms_unanswered', 'sms_country', 'sms_money', 'sms_volume'])
      assert.ok(read('openesia_alarms_total', { alarm }) > 0, alarm);
    for (const country of ['RU', 'AM', 'KG'])
      assert.ok(read('openesia_sms_total', { country, outcome: 'refused' }) > 0, country);
    const written = await house.services.db.selectFrom('audit_events').select('details').execute();
    assert.doesNotMatch(JSON.stringify(written), /7912000000|7913000000/, 'no whole number in an alarm');
  });

  it('E1, D7: the cap of a number is told alike for a number that nobody has', async () => {
    await settle(house, { ...boris, contacts: [{ kind: 'phone', value: '+79120000001' }] });
    for (const [phone, range] of [
      ['+79120000001', '+791200'],
      ['+79130000001', '+791300'],
    ] as const) {
      for (let i = 0; i < 5; i++) await new Forgetful(house).find({ contact: phone });
      const alarms = await house.services.db
        .selectFrom('audit_events')
        .select('details')
        .where('event', '=', 'alarm_raised')
        .execute();
      const subjects = alarms.map(({ details }) => (details as { subject?: string }).subject);
      assert.ok(
        subjects.some((one) => one?.startsWith(range)),
        `${phone}: ${subjects.join(' ')}`,
      );
    }
  });

  /** Reads one value of one instance's page. */
  async function metrics(): Promise<(name: string, labels: Record<string, string>) => number> {
    const { html } = await new Browser(house.origin).open('/metrics');
    return (name, labels) => {
      const said = Object.entries(labels).map(([key, value]) => `${key}="${value}"`);
      const line = html
        .split('\n')
        .find((one) => one.startsWith(`${name}{`) && said.every((part) => one.includes(part)));
      return Number(line?.split(' ').at(-1) ?? 0);
    };
  }
});
