import assert from 'node:assert/strict';
import { Browser, has, hrefOf, textOf } from '#test/support/browser.ts';
import { accountIdOf, atWork } from '#test/support/console.ts';
import { ForeignRegistrant, loginIn } from '#test/support/foreign.ts';
import { House } from '#test/support/house.ts';
import { PASSWORD } from '#test/support/people.ts';
import { manyMessages } from '#test/support/registering.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import {
  decide,
  newForeigner,
  openReview,
  reviewerAtWork,
  reviewIdOf,
  sendForReview,
} from '#test/support/reviewing.ts';

describe('review of a foreign citizen', () => {
  let house: House;
  let number = 0;
  const next = () => {
    number++;
    return { email: `lola.${number}@example.test`, values: { 'passport-number': String(1_000_000 + number) } };
  };

  before(async () => {
    house = await House.open({
      instances: 2,
      settings: { codes: manyMessages, operators: { looksPerHour: 8 } },
    });
    await house.services.sandbox!.people.settle();
  });
  beforeEach(() => house.clock.advance(61 * 60_000));
  after(() => house?.close());

  async function submitted(values = next()) {
    const person = await newForeigner(house, values.email, values.values);
    const view = await sendForReview(person);
    assert.match(view.html, /data-status="submitted"/, textOf(view));
    return { ...person, reviewId: await reviewIdOf(house, person.id) };
  }

  async function statusOf({ browser }: { browser: Browser }): Promise<string> {
    return /data-status="(\w+)"/.exec((await browser.open('/account/review')).html)![1]!;
  }

  it('F11 F15: sent, taken, approved: the tier rises, clients see it at the next login, each step is told', async () => {
    const person = await submitted();
    const reviewer = await reviewerAtWork(house);
    const queue = await reviewer.open('/console/reviews');
    assert.doesNotMatch(queue.html, /KARIMOVA|1000001/, 'K5: no names before somebody looks');
    const view = await openReview(reviewer, person.reviewId);
    assert.match(textOf(view), /KARIMOVA/);
    assert.equal(await statusOf(person), 'in_review');
    assert.ok(has(await decide(reviewer, view, 'approve'), 'review-approved'));
    assert.equal(await statusOf(person), 'approved');

    const names = (await house.messages(person.email)).map(({ subject }) => subject);
    assert.match(names.join('|'), /approved.*reviewed.*sent for review/);
    const university = await RelyingParty.register(house);
    const claims = JSON.stringify({ userinfo: { verified_claims: null } });
    const { tokens } = await university.signIn(
      new Browser(house.origin),
      { login: person.email, password: PASSWORD },
      { scope: 'openid fullname id_doc verified', claims },
    );
    assert.equal(tokens.claims()!.acr, 'urn:esia:acr:standard');
    const answer = await fetch(`${house.origin}/oauth2/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const released = (await answer.json()) as Record<string, any>;
    assert.deepEqual(released.id_doc, {
      type: 'FID_DOC',
      country: 'UZB',
      number: 'FA1000001',
      expiry_date: '2036-05-01',
    });
    assert.equal(released.verified_claims.verification.evidence[0].method, 'review');
    assert.equal(released.verified_claims.claims.family_name, 'KARIMOVA');
  });

  it('A1 K5: every look and decision is written down and stands in the person’s history', async () => {
    const person = await submitted();
    const reviewer = await reviewerAtWork(house);
    await decide(reviewer, await openReview(reviewer, person.reviewId), 'approve');
    const operator = await accountIdOf(house, 'reviewer');
    const rows = await house.services.db
      .selectFrom('audit_events')
      .select(['event', 'details'])
      .where('account_id', '=', person.id)
      .execute();
    const details = (event: string) => rows.find((row) => row.event === event)?.details;
    assert.deepEqual(details('record_viewed'), { operator, by: 'reviewer', purpose: 'review' });
    assert.deepEqual(details('review_decided'), { decision: 'approved', operator });
    const history = textOf(await person.browser.open('/account/history'));
    assert.match(history, /Our staff looked at the record: reviewer\. Purpose: review of a foreign citizen/);
    assert.match(history, /The profile was approved by a reviewer/);
    assert.match(history, /The profile was sent for review/);
  });

  it('F18: a rejection has a reason, a next step and a reference for support; corrected it is sent again', async () => {
    const person = await submitted();
    const reviewer = await reviewerAtWork(house);
    const view = await openReview(reviewer, person.reviewId);
    const refused = await decide(reviewer, view, 'reject');
    assert.equal(refused.status, 422);
    assert.match(textOf(refused), /Choose a reason/);
    assert.equal((await reviewer.submit(view, {}, { form: 'decision-submit' })).status, 422);
    assert.ok(has(await decide(reviewer, view, 'reject', 'number_differs'), 'review-rejected'));

    const page = await person.browser.open('/account/review');
    assert.match(page.html, /data-status="rejected"/);
    assert.match(textOf(page), /Series or number of the passport differ.*Compare series and number/);
    const reference = /id="review-reference">(\w+)</.exec(page.html)![1]!;
    const help = await person.browser.open(hrefOf(page, 'support-link'));
    assert.match(help.html, new RegExp(`id="reference"[^>]*value="${reference}"`));
    assert.match((await house.lastMessage(person.email))!.text, new RegExp(reference));

    const again = new ForeignRegistrant(house, person.browser);
    const form = await person.browser.open(hrefOf(page, 'correct'));
    const sent = await again.sayPassport(form, { 'passport-number': '7654321' });
    assert.match(sent.html, /data-status="submitted"/, textOf(sent));
    assert.equal(loginIn(sent), 'UZBFA765432198');
  });

  it('G1 G3: editing what was approved lowers the tier at once; the same data sent again change nothing', async () => {
    const values = next();
    const person = await submitted(values);
    const reviewer = await reviewerAtWork(house);
    await decide(reviewer, await openReview(reviewer, person.reviewId), 'approve');
    const again = new ForeignRegistrant(house, person.browser);
    await again.sayPassport(await person.browser.open('/account/review/edit'), values.values);
    assert.equal(await statusOf(person), 'approved');
    await again.sayPassport(await person.browser.open('/account/review/edit'), {
      ...values.values,
      'last-name': 'Other',
    });
    assert.deepEqual((await house.services.accounts.find(person.id))!.evidence, []);
    assert.equal(await statusOf(person), 'submitted');
  });

  it('G2: an approval counts only for the data that were sent', async () => {
    const values = next();
    const person = await submitted(values);
    const reviewer = await reviewerAtWork(house);
    const view = await openReview(reviewer, person.reviewId);
    const again = new ForeignRegistrant(house, person.browser);
    await again.sayPassport(await person.browser.open('/account/review/edit'), {
      ...values.values,
      'first-name': 'Other',
    });
    assert.equal((await decide(reviewer, view, 'approve')).status, 404);
    assert.deepEqual((await house.services.accounts.find(person.id))!.evidence, []);
  });

  it('G4: of two people with one passport one is approved; the login is theirs, and nobody learns more', async () => {
    const [one, two] = [next(), next()];
    const first = await submitted(one);
    const second = await submitted({ ...two, values: one.values });
    const login = `UZBFA${one.values['passport-number']}98`;
    const { accounts, reviews } = house.services;
    assert.equal(await accounts.findIdByForeignLogin(login), first.id);
    const reviewer = await accountIdOf(house, 'reviewer');
    for (const { reviewId } of [first, second]) assert.equal(await reviews.take(reviewer, reviewId), 'taken_over');
    const verdicts = await Promise.all([
      house.all[0]!.reviews.decide(reviewer, first.reviewId, { approve: true }),
      house.all[1]!.reviews.decide(reviewer, second.reviewId, { approve: true }),
    ]);
    assert.deepEqual([...verdicts].sort(), ['approved', 'conflict']);
    const winner = verdicts[0] === 'approved' ? first : second;
    const loser = winner === first ? second : first;
    assert.equal(await accounts.findIdByForeignLogin(login), winner.id);
    const page = textOf(await loser.browser.open('/account/review'));
    assert.match(page, /The document cannot be approved here/);
    assert.doesNotMatch(page, new RegExp(winner.email));
  });

  it('a second press, a second reviewer, an hour later, a role that ended: one decision, by whom it belongs to', async () => {
    const person = await submitted();
    const { reviews, operators } = house.services;
    const reviewer = await accountIdOf(house, 'reviewer');
    const other = await accountIdOf(house, 'anna');
    await operators.giveAsOwner({ accountId: other, role: 'reviewer' }, 'a second one for a test');
    const taken = await Promise.all(
      house.all.map((services, i) => services.reviews.take([reviewer, other][i]!, person.reviewId)),
    );
    assert.deepEqual([...taken].sort(), ['taken', 'taken_over']);
    const [holder, idle] = taken[0] === 'taken_over' ? [reviewer, other] : [other, reviewer];
    assert.equal(await reviews.find(idle, person.reviewId), undefined);
    assert.equal(await reviews.decide(idle, person.reviewId, { approve: true }), 'gone');
    house.clock.advance(61 * 60_000);
    assert.equal(await reviews.decide(holder, person.reviewId, { approve: true }), 'gone');
    assert.equal(await reviews.take(other, person.reviewId), 'taken_over');
    const held = (await operators.rolesOf(other)).find(({ role }) => role === 'reviewer')!;
    await operators.end(held.id);
    assert.equal(await reviews.decide(other, person.reviewId, { approve: true }), 'gone');
    house.clock.advance(61 * 60_000);
    assert.equal(await reviews.take(reviewer, person.reviewId), 'taken_over');
    const both = await Promise.all(
      house.all.map((services) => services.reviews.decide(reviewer, person.reviewId, { approve: true })),
    );
    assert.deepEqual([...both].sort(), ['approved', 'gone']);
  });

  it('K5: looking is bounded, and nobody reviews themselves', async () => {
    const { reviews } = house.services;
    const person = await submitted();
    const reviewer = await accountIdOf(house, 'reviewer');
    for (let i = 0; i < 8; i++) assert.equal(await reviews.take(reviewer, person.reviewId), 'taken_over');
    assert.equal(await reviews.take(reviewer, person.reviewId), 'too_many');
    assert.equal(await reviews.take(person.id, person.reviewId), 'own_record');
  });

  it('K1: other roles and citizens do not get there', async () => {
    const clerk = await atWork(house, 'clerk');
    assert.equal((await clerk.open('/console/reviews')).status, 403);
    const reviewer = await reviewerAtWork(house);
    assert.equal((await reviewer.open('/console/reviews/nonsense')).status, 404);
  });
});

describe('the sandbox’s foreign citizens', () => {
  let house: House;
  before(async () => {
    house = await House.open();
    await house.services.sandbox!.people.settle();
  });
  after(() => house.close());

  it('F19: of the first step, before a reviewer, sent back and approved, who sign in with their login', async () => {
    const people = (await (await fetch(`${house.origin}/sandbox/api/people`)).json()) as {
      tier: string;
      password: string;
      logins: { foreign?: string };
    }[];
    const foreigners = people.filter(({ logins }) => logins.foreign);
    assert.deepEqual(
      foreigners.map(({ tier }) => tier).sort(),
      ['simplified', 'simplified', 'simplified', 'standard'],
      'in review, and sent back',
    );
    for (const { logins, password } of foreigners) {
      const browser = new Browser(house.origin);
      const login = logins.foreign!.toLowerCase();
      const view = await browser.submit(await browser.open('/account'), { login, password }, { form: 'login-submit' });
      assert.equal(loginIn(view), logins.foreign);
    }
  });

  it('F20: a clerk finds one by the passport', async () => {
    const clerk = await atWork(house, 'clerk');
    const form = await clerk.open('/console/visits');
    const view = await clerk.submit(
      form,
      { document: 'foreign', 'document-number': 'kgz ac 0000091', purpose: 'confirm' },
      { form: 'find-submit' },
    );
    assert.match(textOf(view), /ABDYKERIMOVA/);
  });
});
