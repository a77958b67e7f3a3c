import assert from 'node:assert/strict';
import { spellContact } from '#src/identity/accounts/contact.ts';
import { has, textOf } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { Forgetful } from '#test/support/recovering.ts';
import { Registrant } from '#test/support/registering.ts';

describe('the pause between two messages to one contact', () => {
  let house: House;

  before(async () => {
    house = await House.open({ settings: { recovery: { lookUpsPerBrowser: 100, lookUpsPerAddress: 100 } } });
  });
  after(() => house.close());

  it('D8, E1: whoever forgets the password just typed gets a code at once', async () => {
    const [phone, person] = ['+79001112233', new Registrant(house)];
    await person.choosePassword(await person.provePhone(phone));
    const page = await new Forgetful(house).provePhone(phone);
    assert.ok(has(page, 'password-submit'), textOf(page));
  });

  it('D8, E1: and a letter, where the link of the first was opened', async () => {
    const [email, person] = ['at-once@example.test', new Registrant(house)];
    await person.choosePassword(await person.proveEmail(email));
    const forgetful = new Forgetful(house);
    await forgetful.find({ contact: email });
    const page = await forgetful.pressLink(email);
    assert.ok(has(page, 'password-submit'), textOf(page));
    const again = new Forgetful(house);
    await again.find({ contact: email });
    assert.ok(has(await again.pressLink(email), 'password-submit'));
  });

  it('D8: but not while the last one is unanswered, with the same page', async () => {
    const [phone, person] = ['+79001112244', new Registrant(house)];
    await person.choosePassword(await person.provePhone(phone));
    const answers = [];
    for (const contact of [phone, phone, '+79001112255']) {
      const view = await new Forgetful(house).find({ contact });
      answers.push(
        textOf(view)
          .replaceAll(spellContact({ kind: 'phone', value: contact }).replaceAll('\u00a0', ' '), '')
          .replaceAll(/\d+:\d+/g, ''),
      );
    }
    assert.equal((await house.messages(phone)).length, 2, 'registration and the first of both');
    assert.equal(answers[0], answers[1]);
    assert.equal(answers[0], answers[2]);
  });
});
