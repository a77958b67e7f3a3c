import assert from 'node:assert/strict';
import { Browser, formIn, has, textOf, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { dump } from '#test/support/registering.ts';

const contact = 'galina.petrova@example.test';
const typed = {
  topic: 'suggestion',
  contact,
  text: 'Сделайте шрифт <крупнее>, пожалуйста.',
  reference: '1A2B3C4D',
  captcha: 'sandbox',
};

describe('comments and suggestions', () => {
  let house: House;
  let browser: Browser;

  beforeEach(async () => {
    house = await House.open({ instances: 2 });
    browser = new Browser(house.origin);
  });
  afterEach(() => house.close());

  it('P23: from any page over “Help” to “Comments and suggestions”, signed in or not', async () => {
    for (const path of ['/', '/recover', '/no-such-page']) {
      const page = await browser.open(path);
      assert.match(page.html, /<a href="\/help">Help<\/a>/, path);
    }
    const help = await browser.open('/help');
    assert.match(textOf(help), /Comments and suggestions[\s\S]*We answer by e-mail within a few days/);
    assert.ok(has(help, 'feedback-submit'));
  });

  it('R20, S1, P23: anybody writes to support, is told the number, and gets the answer by e-mail', async () => {
    const form = await browser.open('/help?reference=1A2B3C4D');
    assert.equal(formIn(form, 'feedback-submit').fields.reference, '1A2B3C4D');
    const sent = await send(form);
    const number = numberIn(sent);
    const receipt = await house.lastMessage(contact);
    assert.match(receipt!.subject!, new RegExp(number));
    assert.ok(!receipt!.text.includes('крупнее'), 'the address may be somebody else’s: it gets nothing of the text');

    const { tickets } = house.services;
    const [waiting] = await tickets.list('new');
    assert.equal(waiting!.number, number);
    const ticket = await tickets.find(waiting!.id);
    assert.deepEqual(
      [ticket!.text, ticket!.contact, ticket!.reference, ticket!.topic],
      [typed.text, contact, '1A2B3C4D', 'suggestion'],
    );
    assert.ok(await tickets.reply(ticket!.id, 'Спасибо, сделаем.', 'support'));
    const answer = await house.lastMessage(contact);
    assert.match(answer!.text, /Спасибо, сделаем\./);
    assert.match(answer!.subject!, new RegExp(number));
    assert.equal((await tickets.find(ticket!.id))!.status, 'answered');

    assert.ok(await tickets.close(ticket!.id));
    assert.equal(await tickets.close(ticket!.id), false);
    assert.equal(await tickets.reply(ticket!.id, 'Ещё.', 'support'), false);
    assert.deepEqual(
      (await tickets.find(ticket!.id))!.replies.map(({ text, by }) => [text, by]),
      [['Спасибо, сделаем.', 'support']],
    );
  });

  it('S1: what was written is nowhere to be read in the database', async () => {
    await send(await browser.open('/help'));
    const [first] = await house.services.tickets.list('new');
    await house.services.tickets.reply(first!.id, 'Ответ Галине', 'support');
    const all = await dump(house);
    for (const secret of [contact, 'крупнее', 'Ответ Галине', Buffer.from('крупнее').toString('latin1')])
      assert.ok(!all.includes(secret), secret);
  });

  it('S1, F8: a slip costs nothing typed, and only an answered captcha is replaced', async () => {
    const form = await browser.open('/help');
    const slip = await send(form, { contact: 'galina@', captcha: 'ABC' });
    assert.equal(slip.status, 422);
    assert.ok(has(slip, 'error-summary'));
    assert.equal(captchaOf(slip), captchaOf(form));
    assert.equal(formIn(slip, 'feedback-submit').fields.captcha, 'ABC');
    const wrong = await send(slip, { captcha: 'ABC' });
    assert.equal(wrong.status, 422);
    assert.notEqual(captchaOf(wrong), captchaOf(form));
    assert.match(textOf(wrong), /Enter the characters from the picture again/);
    assert.equal(formIn(wrong, 'feedback-submit').fields.contact, contact);
    assert.match(wrong.html, /Сделайте шрифт &lt;крупнее&gt;, пожалуйста\.<\/textarea>/);
    assert.match(wrong.html, /value="suggestion" selected/);
    numberIn(await send(wrong));
  });

  it('F8: another picture without script, and nothing typed is lost', async () => {
    const form = await browser.open('/help');
    const other = await send(form, { captcha: undefined, 'captcha-another': 'yes' });
    assert.equal(other.status, 200);
    assert.ok(!has(other, 'error-summary'));
    assert.notEqual(captchaOf(other), captchaOf(form));
    assert.match(other.html, /крупнее/);
    numberIn(await send(other));
  });

  it('F5: nothing without a right, fresh answer of this browser', async () => {
    const form = await browser.open('/help');
    assert.match(textOf(await send(form, { captcha: '' })), /or the digits you hear/);
    for (const fields of [{ captcha: undefined }, { 'captcha-id': undefined }, { 'captcha-id': 'x'.repeat(43) }])
      assert.equal((await send(form, fields)).status, 422);

    const stranger = new Browser(house.origin);
    const theirs = await stranger.open('/help');
    assert.equal((await send(form, { 'captcha-id': captchaOf(theirs) })).status, 422);

    const used = await browser.open('/help');
    numberIn(await send(used));
    assert.equal((await send(used)).status, 422);

    const old = await browser.open('/help');
    house.clock.advance(5 * 60_000 + 1000);
    const late = await send(old);
    assert.match(textOf(late), /picture has expired/);
    numberIn(await send(late));
    assert.equal((await house.services.tickets.list('new')).length, 2);
  });

  it('F5: one right answer sent ten times at once opens one ticket', async () => {
    const form = await browser.open('/help');
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(form)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1);
    assert.equal((await house.services.tickets.list('new')).length, 1);
  });

  it('F8: picture and sound are for the browser they were made for; players may ask for parts', async () => {
    const id = captchaOf(await browser.open('/help'));
    const picture = await browser.request('GET', `/captcha/${id}/picture`);
    assert.equal(picture.headers.get('content-type'), 'image/png');
    assert.equal(picture.headers.get('cache-control'), 'no-store');
    const sound = await browser.request('GET', `/captcha/${id}/sound`);
    assert.equal(sound.headers.get('content-type'), 'audio/wav');
    const part = await browser.request('GET', `/captcha/${id}/sound`, undefined, { range: 'bytes=0-1' });
    assert.equal(part.status, 206);
    assert.match(part.headers.get('content-range')!, /^bytes 0-1\/\d+$/);
    const stranger = new Browser(house.origin);
    for (const what of ['picture', 'sound'])
      assert.equal((await stranger.request('GET', `/captcha/${id}/${what}`)).status, 404);
  });

  it('S1: an address of the network, and an e-mail address, may write five times', async () => {
    const answers: View[] = [];
    for (let i = 0; i < 6; i++)
      answers.push(await send(await browser.open('/help'), { contact: `galina${i}@example.test` }));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200, 422],
    );
    assert.match(textOf(answers[5]!), /several messages already/);
    for (let hour = 0; hour < 5; hour++) {
      house.clock.advance(3_600_001);
      numberIn(await send(await browser.open('/help')));
    }
    house.clock.advance(3_600_001);
    assert.equal((await send(await browser.open('/help'))).status, 422);
  });

  it('P22, S1: a page of an error says whom to call, and hands its reference on', async () => {
    const page = await browser.open('/no-such-page');
    assert.match(textOf(page), /8 800 100 70 10/);
    const [, reference] = /id="op-reference">(\w+)</.exec(page.html)!;
    assert.ok(page.html.includes(`href="/help?reference=${reference}#feedback"`));
  });

  async function send(view: View, values: Record<string, string | undefined> = {}): Promise<View> {
    return browser.submit(view, { ...typed, ...values }, { form: 'feedback-submit' });
  }
});

function numberIn(view: View): string {
  const number = /id="ticket-number">(\d{4}-\d{4})</.exec(view.html)?.[1];
  assert.ok(number, `${view.status} ${textOf(view)}`);
  return number;
}

function captchaOf(view: View): string {
  return formIn(view, 'feedback-submit').fields['captcha-id']!;
}
