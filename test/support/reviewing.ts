import assert from 'node:assert/strict';
import { Browser, textOf, type View } from '#test/support/browser.ts';
import { atWork } from '#test/support/console.ts';
import { ForeignRegistrant } from '#test/support/foreign.ts';
import type { House } from '#test/support/house.ts';

/** Somebody registered from abroad, signed in, and the browser it happened in. */
export async function newForeigner(house: House, email: string, values: Record<string, string> = {}) {
  const person = new ForeignRegistrant(house);
  const done = await person.register(email, values);
  assert.equal(done.status, 200, textOf(done));
  await person.browser.open('/account');
  const id = (await house.services.accounts.findIdByContact({ kind: 'email', value: email }))!;
  return { id, email, browser: person.browser };
}

export async function sendForReview({ browser }: { browser: Browser }): Promise<View> {
  return browser.submit(await browser.open('/account/review'), {}, { form: 'review-submit' });
}

export async function reviewIdOf(house: House, accountId: string): Promise<string> {
  return (await house.services.reviews.latest(accountId))!.id;
}

export async function openReview(reviewer: Browser, id: string): Promise<View> {
  return reviewer.submit(await reviewer.open('/console/reviews'), {}, { form: `look-${id}` });
}

export async function decide(reviewer: Browser, view: View, decision: string, reason = ''): Promise<View> {
  return reviewer.submit(view, { decision, reason }, { form: 'decision-submit' });
}

export async function reviewerAtWork(house: House): Promise<Browser> {
  return atWork(house, 'reviewer');
}
