import assert from 'node:assert/strict';
import { MovableClock } from '#src/platform/clock.ts';
import { loadConfig } from '#src/platform/config/config.ts';
import { createLogger } from '#src/platform/logger.ts';
import { Metrics } from '#src/platform/metrics.ts';
import { Budgets } from '#src/platform/security/budgets.ts';
import { BlindIndex } from '#src/platform/security/encryption.ts';
import type { Storage } from '#src/platform/storage/database.ts';
import { phoneCountry } from '#src/identity/accounts/contact.ts';
import { Alarms } from '#src/identity/audit/alarms.ts';
import { Audit } from '#src/identity/audit/audit.ts';
import { SmsGuard, type SmsVerdict } from '#src/identity/codes/sms-guard.ts';
import { databaseKinds, openStorage } from '#test/support/databases.ts';

const { smsGuard: defaults, codes } = loadConfig('test');
const stranger = { isProven: false };
const MINUTE = 60_000;

for (const kind of databaseKinds) {
  describe(`what text messages may cost (${kind})`, () => {
    let storage: Storage;
    let clock: MovableClock;
    let metrics: Metrics;
    let lines: string[];
    let guard: SmsGuard;

    beforeEach(async () => {
      storage = await openStorage(kind);
      clock = new MovableClock();
      guard = guardWith({});
    });
    afterEach(() => storage.close());

    function guardWith(settings: Partial<typeof defaults>): SmsGuard {
      lines = [];
      metrics = new Metrics();
      const index = new BlindIndex(Buffer.alloc(32, 9));
      const budgets = new Budgets({ db: storage.db, statements: storage.statements, clock, index });
      const audit = new Audit({ db: storage.db, clock });
      const logger = createLogger('error', { write: (line: string) => void lines.push(line) });
      const alarms = new Alarms({ budgets, audit, logger, metrics });
      const countries = codes.smsCountries;
      const all = { ...defaults, ...settings };
      return new SmsGuard({ budgets, alarms, metrics, countryOf: phoneCountry, countries, settings: all });
    }

    const neighbour = (i: number, block = '4567') => `+7912${block}${String(100 + i).slice(-3)}`;

    async function send(numbers: string[], known = stranger): Promise<SmsVerdict[]> {
      const verdicts: SmsVerdict[] = [];
      for (const number of numbers) verdicts.push(await guard.take(number, known));
      return verdicts;
    }

    const allowed = (verdicts: SmsVerdict[]) => verdicts.filter((verdict) => verdict === 'allowed').length;
    const alarmsRaised = async () =>
      (await storage.db.selectFrom('audit_events').selectAll().where('event', '=', 'alarm_raised').execute()).map(
        ({ details }) => (details as { alarm: string }).alarm,
      );

    it('D7: nothing is sent outside the allowed countries', async () => {
      const premium = Array.from({ length: 500 }, (_, i) => `+4479123450${String(i).padStart(2, '0')}`.slice(0, 13));
      assert.deepEqual(new Set(await send([...premium, '+18085550123', '+8816123456'])), new Set(['phone_country']));
    });

    it('D7: of a hundred neighbours ten are written to, the alarm names no number, and the next block is free', async () => {
      const hundred = Array.from({ length: 100 }, (_, i) => neighbour(i));
      assert.equal(allowed(await send(hundred)), 10);
      assert.deepEqual(await alarmsRaised(), ['sms_range']);
      assert.equal(lines.length, 1);
      for (const text of [...lines, JSON.stringify(await storage.db.selectFrom('audit_events').selectAll().execute())])
        assert.ok(!/79124567\d\d/.test(text), text);
      const { values } = await metrics.alarms.get();
      assert.equal(values.find(({ labels }) => labels.alarm === 'sms_range')!.value, 90);
      assert.equal(await guard.take('+79998887766', stranger), 'allowed');
    });

    it('D7: parallel requests are counted too', async () => {
      const verdicts = await Promise.all(Array.from({ length: 40 }, (_, i) => guard.take(neighbour(i), stranger)));
      assert.equal(allowed(verdicts), 10);
    });

    it('D7: a range where no code is ever entered stays closed, and one right code opens it', async () => {
      assert.equal(allowed(await send(Array.from({ length: 10 }, (_, i) => neighbour(i)))), 10);
      clock.advance(11 * MINUTE);
      assert.equal(await guard.take(neighbour(50), stranger), 'sms_paused');
      assert.deepEqual(await alarmsRaised(), ['sms_unanswered']);
      await guard.answered(neighbour(3));
      assert.equal(await guard.take(neighbour(51), stranger), 'allowed');
      clock.advance(7 * 60 * MINUTE);
      assert.equal(allowed(await send(Array.from({ length: 10 }, (_, i) => neighbour(i)))), 10);
    });

    it('D7: an account’s own number is not held back by its neighbours', async () => {
      await send(Array.from({ length: 30 }, (_, i) => neighbour(i)));
      assert.equal(await guard.take(neighbour(7), { isProven: true }), 'allowed');
    });

    it('D7: an hour’s cap stops strangers first, then everybody, and ends with the hour', async () => {
      guard = guardWith({ sendsPerHour: 20 });
      const apart = (count: number, from: number) =>
        Array.from({ length: count }, (_, i) => `+79${String(120_000_000 + (from + i) * 1000)}`);
      assert.equal(allowed(await send(apart(30, 0))), 16);
      assert.equal(allowed(await send(apart(30, 100), { isProven: true })), 4);
      assert.deepEqual(await alarmsRaised(), ['sms_volume']);
      clock.advance(61 * MINUTE);
      assert.equal(await guard.take('+79120000001', stranger), 'allowed');
    });

    it('D7: a country has its own cap', async () => {
      guard = guardWith({ sendsPerOtherCountryPerHour: 5 });
      const armenians = Array.from({ length: 10 }, (_, i) => `+374911${i}0000`);
      assert.equal(allowed(await send(armenians)), 4);
      assert.deepEqual(await alarmsRaised(), ['sms_country']);
      assert.equal(await guard.take('+79120000001', stranger), 'allowed');
    });

    it('D7: money is counted by the price of the longest prefix', async () => {
      guard = guardWith({ moneyPerHour: 100, prices: { '+7': 4, '+77': 30 } });
      assert.equal(await guard.take('+79120000001', stranger), 'allowed');
      const kazakhs = Array.from({ length: 10 }, (_, i) => `+77011${i}00000`.slice(0, 12));
      assert.equal(allowed(await send(kazakhs, { isProven: true })), 3);
      assert.deepEqual(await alarmsRaised(), ['sms_money']);
    });
  });
}
