import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { purgeExpired } from '#src/jobs/purge-expired.ts';
import { Grants } from '#src/identity/sessions/grants.ts';
import { Sessions } from '#src/identity/sessions/sessions.ts';
import { MovableClock } from '#src/platform/clock.ts';
import type { Storage } from '#src/platform/storage/database.ts';
import { databaseKinds, openStorage } from '#test/support/databases.ts';

const anna = randomUUID();
const boris = randomUUID();

for (const kind of databaseKinds) {
  describe(`sessions on ${kind}`, () => {
    let clock: MovableClock;
    let storage: Storage;
    let sessions: Sessions;
    let grants: Grants;

    beforeEach(async () => {
      storage = await openStorage(kind);
      clock = new MovableClock();
      const { db, statements } = storage;
      sessions = new Sessions({ db, statements, clock, absoluteHours: 12 });
      grants = new Grants({ statements, clock });
    });
    afterEach(() => storage.close());

    /** A person signed in at one place, with a grant at the university and an offline one at the broker. */
    async function signIn(accountId: string, uid: string, device?: string): Promise<void> {
      for (const clientId of ['university', 'broker']) {
        assert.ok(await grants.save(`${uid}-${clientId}`, { accountId, clientId }, 3600));
      }
      const authorizations = {
        university: { sid: `${uid}-u`, grantId: `${uid}-university` },
        broker: { sid: `${uid}-b`, grantId: `${uid}-broker`, persistsLogout: true },
      };
      const loginTs = Math.floor(clock.now().getTime() / 1000);
      assert.ok(await sessions.save(`${uid}-cookie`, { uid, accountId, loginTs, authorizations, device }, 1800));
    }

    const isSignedIn = async (uid: string) => (await sessions.find(`${uid}-cookie`)) !== undefined;
    const isGranted = async (id: string) => (await grants.find(id)) !== undefined;

    it('lists where a person is signed in, newest first, with device and clients', async () => {
      await signIn(anna, 'home', 'Firefox · Linux');
      clock.advance(60_000);
      await signIn(anna, 'phone');
      await signIn(boris, 'office');
      const list = await sessions.list(anna);
      assert.deepEqual(
        list.map(({ uid, device, clientIds }) => ({ uid, device, clientIds: clientIds.sort() })),
        [
          { uid: 'phone', device: null, clientIds: ['broker', 'university'] },
          { uid: 'home', device: 'Firefox · Linux', clientIds: ['broker', 'university'] },
        ],
      );
      clock.advance(1750_000);
      assert.deepEqual(
        (await sessions.list(anna)).map(({ uid }) => uid),
        ['phone'],
      );
    });

    it('ending a session ends the grants that live with it, spares the offline one, and tells whom to notify', async () => {
      await signIn(anna, 'home');
      const ended = await sessions.end('home');
      assert.equal(ended!.accountId, anna);
      assert.equal(ended!.authorizations.university!.sid, 'home-u');
      assert.equal(await isSignedIn('home'), false);
      assert.equal(await isGranted('home-university'), false);
      assert.equal(await isGranted('home-broker'), true);
      assert.equal(await sessions.end('home'), undefined, 'once');
    });

    it('nobody ends another person’s session', async () => {
      await signIn(anna, 'home');
      assert.equal(await sessions.end('home', { accountId: boris }), undefined);
      assert.equal(await isSignedIn('home'), true);
      assert.equal(await isGranted('home-university'), true);
    });

    it('B7: signing out everywhere ends every session and every grant, offline ones too', async () => {
      await signIn(anna, 'home');
      await signIn(anna, 'phone');
      await signIn(boris, 'office');
      const ended = await sessions.endAll(anna);
      assert.deepEqual(ended.map(({ uid }) => uid).sort(), ['home', 'phone']);
      assert.deepEqual(await Promise.all(['home', 'phone', 'office'].map(isSignedIn)), [false, false, true]);
      assert.equal(await isGranted('phone-broker'), false);
      assert.equal(await isGranted('office-broker'), true);
    });

    it('B7: signing out everywhere else keeps this session and what it granted', async () => {
      await signIn(anna, 'home');
      await signIn(anna, 'phone');
      await sessions.endAll(anna, { exceptUid: 'home' });
      assert.deepEqual(await Promise.all(['home', 'phone'].map(isSignedIn)), [true, false]);
      assert.deepEqual(await Promise.all(['home-university', 'home-broker', 'phone-broker'].map(isGranted)), [
        true,
        true,
        false,
      ]);
    });

    it('B7: ends in the caller’s transaction, or not at all', async () => {
      await signIn(anna, 'home');
      const failing = storage.db.transaction().execute(async (trx) => {
        await sessions.endAll(anna, {}, trx);
        throw new Error('the rest failed');
      });
      await assert.rejects(failing, /the rest failed/);
      assert.equal(await isSignedIn('home'), true);
      assert.equal(await isGranted('home-broker'), true);
    });

    it('B4: many ends and saves at once neither wait for each other for ever nor leave anybody signed in', async () => {
      await signIn(anna, 'home');
      await signIn(anna, 'phone');
      const session = (await sessions.find('home-cookie'))!;
      await Promise.all([
        ...Array.from({ length: 10 }, (_, i) => sessions.save(`cookie-${i}`, session, 1800)),
        sessions.end('home'),
        sessions.endAll(anna),
        sessions.revokeGrants(anna, 'university'),
        grants.end('home-university'),
        ...Array.from({ length: 10 }, (_, i) => sessions.save(`late-cookie-${i}`, session, 1800)),
      ]);
      assert.deepEqual(await sessions.list(anna), []);
      for (let i = 0; i < 10; i++) {
        assert.equal(await sessions.find(`cookie-${i}`), undefined);
        assert.equal(await sessions.find(`late-cookie-${i}`), undefined);
      }
    });

    it('taking consent back ends the grants of that client alone', async () => {
      await signIn(anna, 'home');
      await sessions.revokeGrants(anna, 'broker');
      assert.deepEqual(await Promise.all(['home-university', 'home-broker'].map(isGranted)), [true, false]);
      assert.equal(await isSignedIn('home'), true);
    });

    it('M4: what expired is removed, a tombstone an hour later', async () => {
      await signIn(anna, 'home');
      await signIn(boris, 'office');
      await sessions.end('home');
      clock.advance(3600_000 + 1000);
      assert.equal(await purgeExpired({ db: storage.db, clock }), 0);
      clock.advance(3600_000);
      assert.equal(await purgeExpired({ db: storage.db, clock }), 6, 'two sessions, four grants');
      assert.deepEqual(await storage.db.selectFrom('session_ids').selectAll().execute(), []);
    });
  });
}
