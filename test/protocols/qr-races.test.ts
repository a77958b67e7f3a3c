import assert from 'node:assert/strict';
import { House } from '#test/support/house.ts';
import { Browser, has } from '#test/support/browser.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { settle } from '#test/support/people.ts';
import { par } from '#test/support/protocol.ts';
import { approvalPost, lookAndWait, offeredOn, phoneOf, showQr } from '#test/support/qr.ts';
import { RelyingParty } from '#test/support/relying-party.ts';

for (const kind of databaseKinds) {
  describe(`QR codes at the same moment, over two instances on ${kind}`, () => {
    let house: House;
    let university: RelyingParty;
    let phone: Browser;

    before(async () => {
      house = await House.open({ database: kind, instances: 2 });
      university = await RelyingParty.register(house);
      const person = await settle(house, { contacts: [{ kind: 'phone', value: '+79000041001' }] });
      phone = await phoneOf(house, person);
    });
    after(() => house.close());

    it('H2: of ten approvals one counts, and of ten collections one signs in', async () => {
      const desk = new Browser(house.origin);
      const { link, number, view } = await showQr(university, desk);
      const { url, body } = approvalPost(await lookAndWait(house, phone, link), number);
      const answers = await par(10, () => phone.request('POST', url, body));
      assert.equal(answers.filter((answer) => has(answer, 'qr-end-approved')).length, 1);
      const collected = await par(10, () => desk.request('GET', view.url));
      assert.equal(collected.filter(({ headers }) => /\/oauth2\/auth\//.test(headers.get('location') ?? '')).length, 1);
    });

    it('H1: ten wrong numbers at once kill the code', async () => {
      const { link, number } = await showQr(university, new Browser(house.origin));
      const page = await lookAndWait(house, phone, link);
      const wrong = offeredOn(page).find((one) => one !== number)!;
      const { url, body } = approvalPost(page, wrong);
      const answers = await par(10, () => phone.request('POST', url, body));
      assert.ok(answers.filter((answer) => has(answer, 'number-error')).length <= 2);
      assert.ok(has(await phone.open(link), 'qr-end-over'));
    });
  });
}
