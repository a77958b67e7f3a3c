import assert from 'node:assert/strict';
import { MovableClock } from '#src/platform/clock.ts';
import { loadConfig } from '#src/platform/config/config.ts';
import { Budgets } from '#src/platform/security/budgets.ts';
import { BlindIndex } from '#src/platform/security/encryption.ts';
import { newCode } from '#src/platform/security/random.ts';
import type { Storage } from '#src/platform/storage/database.ts';
import { Codes, type CodePurpose, type CodeScope } from '#src/identity/codes/codes.ts';
import type { SmsGuard } from '#src/identity/codes/sms-guard.ts';
import { SendLimits } from '#src/identity/codes/send-limits.ts';
import { databaseKinds, openStorage } from '#test/support/databases.ts';
import { otherThan } from '#test/support/registering.ts';

const SECOND = 1000;

for (const kind of databaseKinds) {
  describe(`one-time codes on ${kind}`, () => {
    const clock = new MovableClock();
    const index = new BlindIndex(Buffer.alloc(32, 9));
    const { codes: settings } = loadConfig('test');
    let storage: Storage;
    let codes: Codes;
    let limits: SendLimits;
    let next = 0;

    before(async () => {
      storage = await openStorage(kind);
      const budgets = new Budgets({ db: storage.db, statements: storage.statements, clock, index });
      codes = new Codes({ db: storage.db, clock, index, budgets, settings });
      const smsGuard = {
        take: async () => 'allowed',
        answered: async () => {},
        refused: async () => {},
      } as unknown as SmsGuard;
      limits = new SendLimits({ budgets, smsGuard, settings });
    });
    after(() => storage.close());

    const fresh = (): CodeScope => ({
      purpose: 'register',
      target: `+7900${String(4_000_000 + next++)}`,
      browser: 'mine',
    });

    it('D1: live five minutes from issue', async () => {
      const [early, late] = [fresh(), fresh()];
      const [one, two] = [await codes.issue(storage.db, early), await codes.issue(storage.db, late)];
      clock.advance(299 * SECOND);
      assert.equal(await codes.verify(early, one), 'right');
      clock.advance(1 * SECOND);
      assert.equal(await codes.verify(late, two), 'expired');
      assert.equal(await codes.times(late), undefined);
    });

    it('D2: twenty right ones at once: one is right; a replay is not', async () => {
      const scope = fresh();
      const code = await codes.issue(storage.db, scope);
      const verdicts = await Promise.all(Array.from({ length: 20 }, () => codes.verify(scope, code)));
      assert.equal(verdicts.filter((verdict) => verdict === 'right').length, 1);
      assert.equal(await codes.verify(scope, code), 'expired');
    });

    it('D3: of fifty guesses at once five are compared', async () => {
      const scope = fresh();
      const code = await codes.issue(storage.db, scope);
      const verdicts = await Promise.all(
        Array.from({ length: 50 }, (_, i) => codes.verify(scope, otherThan(code, i + 1))),
      );
      assert.equal(verdicts.filter((verdict) => verdict === 'wrong').length, 5);
      assert.equal(await codes.verify(scope, code), 'expired');
    });

    it('D4: ten failures a day close the target, whatever codes are made; another day opens it', async () => {
      const scope = fresh();
      let wrong = 0;
      for (let hour = 0; hour < 23; hour++) {
        const code = await codes.issue(storage.db, scope);
        for (let i = 1; i <= 5; i++) if ((await codes.verify(scope, otherThan(code, i))) === 'wrong') wrong++;
        clock.advance(3600 * SECOND);
      }
      assert.equal(wrong, 10);
      assert.equal(await codes.isClosed(scope), true);
      assert.equal(await codes.verify(scope, await codes.issue(storage.db, scope)), 'closed', 'even the right one');
      clock.advance(3600 * SECOND);
      assert.equal(await codes.isClosed(scope), false);
      assert.equal(await codes.verify(scope, await codes.issue(storage.db, scope)), 'right');
    });

    it('D4: the right code forgives the failures before it', async () => {
      const scope = fresh();
      for (let round = 0; round < 4; round++) {
        const code = await codes.issue(storage.db, scope);
        for (let i = 1; i <= 4; i++) assert.equal(await codes.verify(scope, otherThan(code, i)), 'wrong');
        assert.equal(await codes.verify(scope, code), 'right');
      }
    });

    it('D5: are good for their purpose, target and browser alone', async () => {
      const scope = fresh();
      const code = await codes.issue(storage.db, scope);
      const elsewhere: CodeScope[] = [
        { ...scope, purpose: 'sign-in-elsewhere' as CodePurpose },
        { ...scope, target: '+79004999999' },
        { ...scope, browser: 'another' },
        { ...scope, target: `${scope.target}\0mine` },
      ];
      for (const other of elsewhere) {
        assert.equal(await codes.verify(other, code), 'expired');
        await codes.issue(storage.db, { ...other, target: `${other.target}1` });
        assert.notEqual(await codes.verify({ ...other, target: `${other.target}1` }, code), 'right');
      }
      assert.equal(await codes.verify(scope, code), 'right');
    });

    it('D9: one is live: twenty issued at once leave one, and a new one kills the old', async () => {
      const scope = fresh();
      const issued = await Promise.all(Array.from({ length: 20 }, () => codes.issue(storage.db, scope)));
      const rows = await storage.db
        .selectFrom('one_time_codes')
        .select('id')
        .where('consumed_at', 'is', null)
        .where('target_index', '=', index.of('codes.register', scope.target))
        .execute();
      assert.equal(rows.length, 1);
      const newest = await codes.issue(storage.db, scope);
      const older = issued.find((code) => code !== newest)!;
      assert.equal(await codes.verify(scope, older), 'wrong');
      assert.equal(await codes.verify(scope, newest), 'right');
    });

    it('D9: asked for in another browser, the first browser’s code is dead', async () => {
      const scope = fresh();
      const first = await codes.issue(storage.db, scope);
      await codes.issue(storage.db, { ...scope, browser: 'another' });
      assert.equal(await codes.verify(scope, first), 'expired');
    });

    it('F1: a decoy counts and expires like a code, and is never right', async () => {
      const scope = fresh();
      await codes.issueDecoy(storage.db, scope);
      const times = (await codes.times(scope))!;
      assert.ok(times.expiresAt.getTime() - clock.now().getTime() > 299 * SECOND);
      for (let i = 0; i < 5; i++) assert.equal(await codes.verify(scope, String(i).padStart(6, '0')), 'wrong');
      assert.equal(await codes.verify(scope, '000009'), 'expired');
    });

    it('D8: twenty who ask at once for one number: one may, the others are too soon', async () => {
      const verdicts = await Promise.all(Array.from({ length: 20 }, () => limits.take('+79005550000', 'somewhere')));
      assert.equal(verdicts.filter((verdict) => verdict === 'allowed').length, 1);
      assert.equal(verdicts.filter((verdict) => verdict === 'too_soon').length, 19);
    });

    it('D8: the right code ends the pause before the next message, and no other limit', async () => {
      const [phone, email] = ['+79005550001', 'answered@example.test'];
      for (const recipient of [phone, email]) {
        for (let sent = 0; sent < settings.sendsPerTenMinutes; sent++) {
          assert.equal(await limits.take(recipient, `there ${recipient}`), 'allowed');
          assert.equal(await limits.take(recipient, `there ${recipient}`), 'too_soon');
          await limits.answered(recipient);
        }
        assert.equal(await limits.take(recipient, `there ${recipient}`), 'too_many');
      }
    });

    it('D8: one address may cause so many messages, whatever the numbers', async () => {
      const verdicts = [];
      for (let i = 0; i < settings.sendsPerAddress + 5; i++)
        verdicts.push(await limits.take(`+7900666${1000 + i}`, '203.0.113.5'));
      assert.equal(verdicts.filter((verdict) => verdict === 'allowed').length, settings.sendsPerAddress);
      assert.equal(await limits.take('+79006669999', '203.0.113.6'), 'allowed');
    });

    it('D6: only a keyed hash is kept', async () => {
      const scope = fresh();
      const code = await codes.issue(storage.db, scope);
      const rows = await storage.db.selectFrom('one_time_codes').selectAll().execute();
      const text = JSON.stringify(rows, (key, value: unknown) => (key.endsWith('_at') ? '' : value));
      assert.ok(!text.includes(`"${code}"`) && !text.includes(scope.target));
      const own = rows.find(({ target_index }) => target_index.equals(index.of('codes.register', scope.target)))!;
      const otherKey = new BlindIndex(Buffer.alloc(32, 8));
      const guess = [scope.purpose, scope.target, scope.browser, code].join('\0');
      assert.ok(own.code_hash.equals(index.of('codes.hash', guess)));
      assert.ok(!own.code_hash.equals(otherKey.of('codes.hash', guess)));
    });
  });
}

describe('a new code', () => {
  it('D6: is six digits, leading zeros kept, and every digit is as likely in every place', () => {
    const drawn = 100_000;
    const counts = Array.from({ length: 6 }, () => Array<number>(10).fill(0));
    const seen = new Set<string>();
    for (let i = 0; i < drawn; i++) {
      const code = newCode();
      assert.match(code, /^\d{6}$/);
      seen.add(code);
      [...code].forEach((digit, place) => counts[place]![Number(digit)]!++);
    }
    // Chi-square with 9 degrees of freedom: above 40 once in 130,000 places.
    for (const place of counts) {
      const chiSquare = place.reduce((sum, count) => sum + (count - drawn / 10) ** 2 / (drawn / 10), 0);
      assert.ok(chiSquare < 40, `${chiSquare}`);
    }
    // Of a million, 10^5 draws hit about 95,163 different ones.
    assert.ok(Math.abs(seen.size - 95_163) < 700, `${seen.size}`);
  });
});
