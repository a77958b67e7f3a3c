import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { MovableClock } from '#src/platform/clock.ts';
import { BlindIndex, FieldEncryption } from '#src/platform/security/encryption.ts';
import { newId } from '#src/platform/security/random.ts';
import type { Storage } from '#src/platform/storage/database.ts';
import { Faults } from '#src/platform/messaging/faults.ts';
import { SandboxInbox } from '#src/platform/messaging/sandbox-inbox.ts';
import type { OutgoingMessage, Sender } from '#src/platform/messaging/sender.ts';
import { databaseKinds, openStorage } from '#test/support/databases.ts';

for (const kind of databaseKinds) {
  describe(`sandbox inbox on ${kind}`, () => {
    let storage: Storage;
    let clock: MovableClock;
    let inbox: SandboxInbox;

    before(async () => {
      storage = await openStorage(kind);
    });
    beforeEach(async () => {
      await storage.db.deleteFrom('sandbox_inbox').execute();
      clock = new MovableClock();
      const encryption = new FieldEncryption([{ id: 'k1', key: randomBytes(32) }]);
      inbox = new SandboxInbox({ db: storage.db, clock, encryption, index: new BlindIndex(randomBytes(32)) });
    });
    after(() => storage.close());

    it('gives code and links apart from the text', async () => {
      await inbox.send(sms('+79001234567', 'ЕСИА: 048213 — код.\n\n@id.example.org #048213'));
      await inbox.send(
        email('anna@example.org', 'Ссылка:\n\nhttp://localhost:3000/r/123456?x=1&y=2\n\nДействует 15 минут.'),
      );
      const [letter, text] = await inbox.list();
      assert.deepEqual(letter!.links, ['http://localhost:3000/r/123456?x=1&y=2']);
      assert.equal(letter!.code, undefined, 'digits of a link are no code');
      assert.equal(letter!.subject, 'Тема');
      assert.deepEqual([text!.code, text!.links, text!.channel], ['048213', [], 'sms']);
    });

    it('finds messages by the contact however it is written', async () => {
      await inbox.send(sms('+79001234567', 'one'));
      await inbox.send(email('anna@example.org', 'two'));
      for (const to of ['+79001234567', '8 (900) 123-45-67', ' 79001234567']) {
        assert.deepEqual(
          (await inbox.list({ to })).map(({ text }) => text),
          ['one'],
          to,
        );
      }
      assert.deepEqual(
        (await inbox.list({ to: ' Anna@Example.org ' })).map(({ text }) => text),
        ['two'],
      );
      assert.deepEqual(await inbox.list({ to: '+79000000000' }), []);
    });

    it('keeps a message once, although it is sent twice', async () => {
      const message = sms('+79001234567', 'one');
      await inbox.send(message);
      await inbox.send(message);
      assert.equal((await inbox.list()).length, 1);
    });

    it('lists the newest first, also after the clock went back', async () => {
      clock.advance(300_000);
      await inbox.send(sms('+79001234567', 'ahead'));
      clock.reset();
      await inbox.send(sms('+79001234567', 'back'));
      const messages = await inbox.list({ to: '+79001234567' });
      assert.deepEqual(
        messages.map(({ text }) => text),
        ['back', 'ahead'],
      );
      assert.ok(messages[0]!.at < messages[1]!.at);
      assert.equal((await inbox.list({ limit: 1 })).length, 1);
    });

    it('is unreadable in the table and stays small', async () => {
      for (let i = 0; i < 205; i++) await inbox.send(sms('+79001234567', `message ${i}`));
      const rows = await storage.db.selectFrom('sandbox_inbox').selectAll().execute();
      assert.equal(rows.length, 200);
      assert.ok(rows.every((row) => !row.message.includes('message') && !row.message.includes('79001234567')));
      assert.equal((await inbox.list({ limit: 1 }))[0]!.text, 'message 204');
    });

    it('shows gateway trouble when it is switched on', async () => {
      const faults = new Faults({ slowMs: 30 });
      const sender: Sender = faults.wrap('sms', inbox);
      faults.set('sms', 'fail');
      await assert.rejects(sender.send(sms('+79001234567', 'lost')), { name: 'DeliveryError', permanent: false });
      faults.set('sms', 'duplicate');
      await sender.send(sms('+79001234567', 'twice'));
      faults.set('sms', 'slow');
      const startedAt = performance.now();
      await sender.send(sms('+79001234567', 'late'));
      assert.ok(performance.now() - startedAt >= 25);
      faults.set('sms', 'off');
      await sender.send(sms('+79001234567', 'well'));
      assert.deepEqual(
        (await inbox.list()).map(({ text }) => text),
        ['well', 'late', 'twice', 'twice'],
      );
    });

    function sms(to: string, text: string): OutgoingMessage {
      return { id: newId(clock.now()), channel: 'sms', to, text, validForSeconds: 300 };
    }

    function email(to: string, text: string): OutgoingMessage {
      return { ...sms(to, text), channel: 'email', subject: 'Тема', html: '<p></p>' };
    }
  });
}
