import assert from 'node:assert/strict';
import { Devices } from '#src/identity/devices/devices.ts';
import { House } from '#test/support/house.ts';
import { anna, boris, settle, type Person } from '#test/support/people.ts';

describe('known devices', () => {
  let house: House;
  let devices: Devices;
  let [one, other]: Person[] = [];

  before(async () => {
    house = await House.open();
    devices = house.services.devices;
    one = await settle(house, anna);
    other = await settle(house, boris);
  });
  after(() => house.close());

  const admit = ({ id }: Person, secret?: string) =>
    house.services.db.transaction().execute((trx) => devices.admit(trx, id, { secret, name: undefined }));

  it('a cookie that somebody planted beforehand is replaced, for every account that knows it', async () => {
    const stranger = await admit(other!);
    await house.services.db.transaction().execute((trx) => devices.remember(trx, stranger.id));
    const admitted = await admit(one!, stranger.secret);
    assert.equal(admitted.isNew, true);
    assert.notEqual(admitted.secret, stranger.secret);
    assert.equal(await devices.isRemembered(one!.id, stranger.secret), false);
    assert.equal(await devices.isRemembered(other!.id, stranger.secret), false);
    assert.equal(await devices.isRemembered(other!.id, admitted.secret), true, 'the same browser goes on');
  });

  it('a browser that is known keeps its secret', async () => {
    const first = await admit(one!);
    const again = await admit(one!, first.secret);
    assert.deepEqual([again.secret, again.isNew], [first.secret, false]);
  });
});
