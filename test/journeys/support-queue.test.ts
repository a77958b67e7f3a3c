import assert from 'node:assert/strict';
import { has, textOf } from '#test/support/browser.ts';
import { atWork } from '#test/support/console.ts';
import { House } from '#test/support/house.ts';

const contact = 'galina.petrova@example.test';

describe('the queue of support', () => {
  let house: House;

  before(async () => {
    house = await House.open({ instances: 2 });
    await house.services.sandbox!.people.settle();
  });
  after(() => house.close());

  it('S1: support reads a message, answers by e-mail and closes it, and every look is recorded', async () => {
    const { tickets, db } = house.services;
    const content = { contact, text: 'Сделайте шрифт <крупнее>', reference: '', language: 'ru' } as const;
    const number = (await tickets.open('suggestion', content, '192.0.2.1'))!;
    const browser = await atWork(house, 'support');
    const queue = await browser.open('/console/tickets');
    assert.ok(queue.html.includes(number));
    const [{ id }] = (await tickets.list('new')) as [{ id: string }, ...unknown[]];
    const page = await browser.open(`/console/tickets/${id}`);
    assert.match(page.html, /&lt;крупнее&gt;/);
    const empty = await browser.submit(page, { answer: ' ' }, { form: 'answer-submit' });
    assert.equal(empty.status, 422);
    const answered = await browser.submit(empty, { answer: 'Сделаем.' }, { form: 'answer-submit' });
    assert.match(textOf(answered), /Сделаем\./);
    assert.match((await house.lastMessage(contact))!.text, /Сделаем\./);
    const closed = await browser.submit(answered, {}, { form: 'close-ticket' });
    assert.ok(has(closed, 'tickets') && !closed.html.includes(number));
    const events = await db.selectFrom('audit_events').select('event').where('event', 'like', 'ticket_%').execute();
    const names = new Set(events.map(({ event }) => event));
    for (const name of ['ticket_seen', 'ticket_answered', 'ticket_closed']) assert.ok(names.has(name), name);
    assert.equal((await browser.request('GET', '/console/tickets/none')).status, 404);
  });
});
