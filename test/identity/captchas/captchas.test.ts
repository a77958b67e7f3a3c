import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { MovableClock } from '#src/platform/clock.ts';
import { languages } from '#src/platform/i18n/translator.ts';
import { FieldEncryption } from '#src/platform/security/encryption.ts';
import { Flows } from '#src/platform/storage/flows.ts';
import type { Storage } from '#src/platform/storage/database.ts';
import { Captchas } from '#src/identity/captchas/captchas.ts';
import { speakDigits } from '#src/identity/captchas/sound.ts';
import { databaseKinds, openStorage } from '#test/support/databases.ts';

const key = randomBytes(32);

for (const kind of databaseKinds) {
  describe(`captchas (${kind})`, () => {
    let storage: Storage;
    let clock: MovableClock;
    let flows: Flows;
    let captchas: Captchas;

    before(async () => {
      storage = await openStorage(kind);
    });
    beforeEach(() => {
      clock = new MovableClock();
      flows = new Flows({ db: storage.db, clock, encryption: new FieldEncryption([{ id: 'test', key }]) });
      captchas = new Captchas({ flows, passWord: undefined });
    });
    after(async () => storage.close());

    it('F8: the characters and the spoken digits are both an answer, however they are typed', async () => {
      for (const spell of [
        (text: string) => text,
        (text: string) => ` ${text.toLowerCase()} `,
        (text: string) => text.split('').join('-'),
        (text: string) => text.replaceAll(/[ACEHKMPTXY]/g, (letter) => 'АСЕНКМРТХУ'['ACEHKMPTXY'.indexOf(letter)]!),
      ]) {
        const first = await issued();
        assert.equal(await captchas.answer(first.id, 'anna', spell(first.characters)), 'right');
        const second = await issued();
        assert.equal(await captchas.answer(second.id, 'anna', spell(second.digits)), 'right');
      }
    });

    it('F5: an answer counts once, even when it was wrong', async () => {
      const right = await issued();
      assert.equal(await captchas.answer(right.id, 'anna', right.characters), 'right');
      assert.equal(await captchas.answer(right.id, 'anna', right.characters), 'expired');
      const wrong = await issued();
      assert.equal(await captchas.answer(wrong.id, 'anna', 'XXXXX'), 'wrong');
      assert.equal(await captchas.answer(wrong.id, 'anna', wrong.characters), 'expired');
    });

    it('F5: of ten right answers at once, on two instances, one succeeds', async () => {
      const other = new Captchas({ flows, passWord: undefined });
      const { id, characters } = await issued();
      const verdicts = await Promise.all(
        Array.from({ length: 10 }, (_, i) => (i % 2 ? captchas : other).answer(id, 'anna', characters)),
      );
      assert.equal(verdicts.filter((verdict) => verdict === 'right').length, 1);
      assert.equal(verdicts.filter((verdict) => verdict === 'expired').length, 9);
    });

    it('F5: five minutes, one browser, and nothing for somebody who made the number up', async () => {
      const old = await issued();
      clock.advance(5 * 60_000 + 1);
      assert.equal(await captchas.answer(old.id, 'anna', old.characters), 'expired');
      assert.equal(await captchas.picture(old.id, 'anna'), undefined);
      const foreign = await issued();
      assert.equal(await captchas.picture(foreign.id, 'boris'), undefined);
      assert.equal(await captchas.sound(foreign.id, 'boris', 'ru'), undefined);
      assert.equal(await captchas.answer(foreign.id, 'boris', foreign.characters), 'expired');
      assert.equal(await captchas.answer('x'.repeat(43), 'anna', ''), 'expired');
    });

    it('F8: the picture is drawn once, as pixels; the sound has the same bytes whenever it is asked for', async () => {
      const { id } = await issued();
      const [first, second] = await Promise.all([captchas.picture(id, 'anna'), captchas.picture(id, 'anna')]);
      assert.deepEqual(first, second);
      assert.equal(first!.subarray(1, 4).toString(), 'PNG');
      assert.ok(first!.length < 12_000, `${first!.length} bytes`);
      const sounds = await Promise.all(
        ['ru', 'ru', 'uz'].map((name) => captchas.sound(id, 'anna', name as 'ru' | 'uz')),
      );
      assert.deepEqual(sounds[0], sounds[1]);
      assert.notDeepEqual(sounds[0], sounds[2]);
      assert.equal(await captchas.isOpen(id, 'anna'), true);
    });

    it('F5: what is stored gives neither the characters nor the digits away', async () => {
      const { id, characters, digits } = await issued();
      await captchas.picture(id, 'anna');
      const rows = await storage.db.selectFrom('flows').selectAll().execute();
      const stored = JSON.stringify(rows.map(({ record, ...row }) => [row, record.toString('latin1')]));
      for (const secret of [id, characters, digits]) assert.ok(!stored.includes(secret));
    });

    it("F8: the sandbox's word is right only where there is a sandbox", async () => {
      const sandbox = new Captchas({ flows, passWord: 'sandbox' });
      assert.equal(await sandbox.answer((await issued()).id, 'anna', 'sandbox'), 'right');
      const used = await issued();
      await sandbox.answer(used.id, 'anna', 'sandbox');
      assert.equal(await sandbox.answer(used.id, 'anna', 'sandbox'), 'expired');
      assert.equal(await captchas.answer((await issued()).id, 'anna', 'sandbox'), 'wrong');
    });

    async function issued() {
      const id = await captchas.issue('anna');
      const flow = await flows.find<{ characters: string; digits: string }>('captcha', id);
      return { id, ...flow!.record };
    }
  });
}

describe('spoken digits', () => {
  it('F8: every language has a voice, every digit is heard, and a sound is small', () => {
    for (const language of languages) {
      const sound = speakDigits('0123456789', language, 1);
      assert.equal(sound.subarray(0, 4).toString(), 'RIFF');
      assert.ok(sound.length > 40_000 && sound.length < 140_000, `${language}: ${sound.length}`);
    }
  });
});
