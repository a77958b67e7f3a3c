import assert from 'node:assert/strict';
import { PasswordPolicy } from '#src/identity/credentials/password-policy.ts';
import { normalizeEmail, normalizePhone, normalizeSnils } from '#src/identity/accounts/contact.ts';
import { isPersonName } from '#src/identity/accounts/person-name.ts';
import { proofMethods, tierFrom } from '#src/identity/accounts/tier.ts';
import { SandboxPeople } from '#src/sandbox/people.ts';
import { loadSandboxPeople } from '#src/sandbox/person.ts';
import { seedSandbox } from '#src/sandbox/seed.ts';
import { parseDuration } from '#src/web/sandbox/duration.ts';
import { Browser, has, textOf } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';

const people = loadSandboxPeople();

describe('the people of the sandbox', () => {
  it('are told apart by id, contact and document', () => {
    const proven = people.flatMap(({ contacts, documents }) => [
      ...Object.values(contacts),
      ...Object.values(documents),
    ]);
    for (const list of [people.map(({ id }) => id), proven]) assert.equal(new Set(list).size, list.length);
  });

  it('are of every tier and proof', () => {
    const tiers = people.map(({ evidence }) => tierFrom(evidence));
    for (const tier of ['simplified', 'standard', 'confirmed'])
      assert.ok(tiers.filter((one) => one === tier).length >= 5);
    for (const method of ['in_person', 'mail', 'esign'] as const)
      assert.ok(people.some(({ evidence }) => evidence.includes(method)));
    for (const country of ['ARM', 'KAZ', 'KGZ', 'TJK', 'UZB'])
      assert.ok(people.some(({ citizenship }) => citizenship === country));
  });

  for (const { id, name, contacts, unproven, documents, birthdate, password } of people) {
    it(`${id} passes the rules that hold for everybody`, () => {
      const phones = [contacts.phone, unproven.phone].filter((phone) => phone !== undefined);
      const emails = [contacts.email, unproven.email].filter((email) => email !== undefined);
      for (const phone of phones) assert.equal(normalizePhone(phone), phone);
      for (const email of emails) assert.equal(normalizeEmail(email), email);
      for (const part of Object.values(name)) assert.ok(isPersonName(part), part);
      if (documents.snils) assert.equal(normalizeSnils(documents.snils), documents.snils);
      if (documents.inn) assert.ok(isInn(documents.inn), documents.inn);
      if (documents.passport) assert.match(documents.passport, /^\d{10}$/);
      // The stand's own password is what its clients have written into their tests.
      if (id.startsWith('esiatest')) return assert.equal(password, '11111111');
      const facts = { names: Object.values(name), birthdate, phones, emails, snils: documents.snils };
      const broken = new PasswordPolicy({ policy: 'composition' }).check(password, facts).filter(({ ok }) => !ok);
      assert.deepEqual(broken, []);
    });
  }
});

describe('a length of time', () => {
  for (const [text, ms] of [
    ['PT5M', 300_000],
    ['P1DT2H', 93_600_000],
    ['P2W', 1_209_600_000],
    ['PT0.5S', 500],
    ['P', undefined],
    ['PT', undefined],
    ['P1DT', undefined],
    ['-PT5M', undefined],
    ['PT-5M', undefined],
    ['P1M', undefined],
    ['P9999W', undefined],
    ['5', undefined],
  ] as const) {
    it(`${text} is ${ms ?? 'refused'}`, () => assert.equal(parseDuration(text), ms));
  }
});

describe('the sandbox', () => {
  let house: House;
  let sandboxPeople: SandboxPeople;

  before(async () => {
    house = await House.open();
    sandboxPeople = new SandboxPeople(house.services);
    await seed();
  });
  after(() => house.close());
  afterEach(() => house.clock.reset());

  it('makes every person once, however often and by however many it is made', async () => {
    const hashes = house.services.hasher.hashes;
    await Promise.all([seed(), seed()]);
    assert.equal(house.services.hasher.hashes, hashes);
    const accounts = await house.services.db.selectFrom('accounts').select('id').execute();
    assert.equal(accounts.length, people.length);
  });

  it('makes them as they are described', async () => {
    const { accounts, agreement } = house.services;
    const account = await accounts.find((await sandboxPeople.accountIdOf('anna'))!);
    assert.equal(account?.profile.familyName, 'Петрова');
    assert.equal(tierFrom(account.evidence), 'confirmed');
    assert.ok(account.agreements.includes(`terms:${agreement.terms}`));
    assert.equal((await accounts.documents(account.id)).length, 3);
    assert.equal((await accounts.find((await sandboxPeople.accountIdOf('yuri'))!))?.status, 'blocked');
    assert.equal(await sandboxPeople.accountIdOf('nobody'), undefined);
  });

  it('R10, F14: has somebody in every tier and in every state on the way', async () => {
    const { checks, reviews, letters, identities } = house.services;
    const idOf = async (id: string) => (await sandboxPeople.accountIdOf(id))!;
    await house.settleOutbox();
    const stateOf = async (id: string) => (await checks.progress(await idOf(id)))?.status;
    assert.match((await stateOf('ruslan'))!, /queued|checking/);
    assert.deepEqual([await stateOf('lidia'), await stateOf('grigory')], ['failed', 'conflict']);
    assert.equal((await reviews.latest(await idOf('jamila')))?.status, 'submitted');
    const returned = await reviews.latest(await idOf('artur'));
    assert.deepEqual([returned?.status, returned?.reason], ['rejected', 'number_differs']);
    assert.ok(await letters.onTheWay(await idOf('ulyana')));
    const documents = await identities.documents(await idOf('mikhail'));
    assert.ok(documents.some(({ kind, verified }) => kind === 'driving_licence' && verified));
    for (const method of proofMethods)
      assert.ok(
        people.some(({ evidence }) => evidence.includes(method)),
        method,
      );
  });

  it('R10: each outcome and delay of the registry can be chosen, by a call and on the page', async () => {
    const { registry } = house.services.sandbox!.controls;
    const chosen = await json('POST', 'registry', { outcome: 'fail', wrong: ['snils', 'inn'], delay: 'P14D' });
    assert.equal(chosen.status, 200);
    assert.deepEqual(registry.simulation, { outcome: 'fail', wrong: ['snils', 'inn'], delayMs: 14 * 86_400_000 });
    assert.equal((await json('POST', 'registry', { outcome: 'maybe' })).status, 400);
    const browser = new Browser(house.origin);
    for (const outcome of ['pass', 'fail', 'silent', 'down']) {
      const form = { outcome, wrong: 'driving-licence', delay: 'PT10S' };
      await browser.submit(await browser.open('/sandbox'), form, { form: 'registry-submit' });
      assert.deepEqual(registry.simulation, { outcome, wrong: ['driving-licence'], delayMs: 10_000 });
    }
    await json('POST', 'registry', { outcome: 'pass' });
  });

  it('lists them with logins that work', async () => {
    const list = (await json('GET', 'people')).body as {
      id: string;
      logins: Record<string, string>;
      password: string;
    }[];
    assert.equal(list.length, people.length);
    const boris = list.find(({ id }) => id === 'boris')!;
    const accountId = await house.services.credentials.check({
      login: boris.logins.phone!,
      password: boris.password,
      address: '127.0.0.1',
    });
    assert.equal(accountId, await sandboxPeople.accountIdOf('boris'));
    assert.deepEqual(list.find(({ id }) => id === 'conformance')!.logins.email, 'conformance@idp.test');
  });

  it('moves the clock and puts it back', async () => {
    const answered = async (form: object) => {
      const { status, body } = await json('POST', 'clock', form);
      assert.equal(status, 200);
      return new Date((body as { now: string }).now).getTime();
    };
    const before = house.clock.now().getTime();
    const ahead = await answered({ advance: 'P1D' });
    assert.ok(house.clock.isMoved);
    assert.ok(ahead >= before + 86_400_000 && ahead < before + 86_500_000);
    assert.ok((await answered({ reset: true })) < ahead - 86_300_000);
    assert.ok(!house.clock.isMoved);
  });

  it('switches faults', async () => {
    assert.equal((await json('POST', 'faults', { target: 'sms', mode: 'fail' })).status, 200);
    assert.equal(house.services.faults.mode('sms'), 'fail');
    assert.equal((await json('POST', 'faults', { target: 'sms', mode: 'off' })).status, 200);
  });

  for (const [call, body] of [
    ['clock', { advance: '-PT5M' }],
    ['clock', { advance: 'tomorrow' }],
    ['clock', {}],
    ['clock', []],
    ['faults', { target: 'moon', mode: 'fail' }],
    ['faults', { target: 'sms', mode: 'explode' }],
  ] as const) {
    it(`says what to write when ${call} gets ${JSON.stringify(body)}`, async () => {
      const answer = await json('POST', call, body);
      assert.equal(answer.status, 400);
      assert.match((answer.body as { message: string }).message, /write|JSON object/);
    });
  }

  it('refuses what is no JSON, and pages of other sites', async () => {
    const url = `${house.origin}/sandbox/api/clock`;
    const broken = await fetch(url, { method: 'POST', body: '{', headers: { 'content-type': 'application/json' } });
    assert.equal(broken.status, 400);
    const form = await fetch(url, { method: 'POST', body: new URLSearchParams({ reset: 'true' }) });
    assert.equal(form.status, 415);
    assert.equal((await json('POST', 'clock', { reset: true }, { 'sec-fetch-site': 'cross-site' })).status, 403);
  });

  it('shows messages newest first, by recipient, with code and links apart', async () => {
    const { inbox } = house.services;
    const text = 'Код: 123456\nhttps://example.test/confirm?token=x';
    await inbox.send({
      id: crypto.randomUUID(),
      channel: 'email',
      to: 'a@example.test',
      subject: 'One',
      text,
    } as never);
    await inbox.send({ id: crypto.randomUUID(), channel: 'sms', to: '+79000000001', text: 'Second' } as never);
    const all = (await json('GET', 'inbox')).body as { to: string }[];
    assert.deepEqual(
      all.slice(0, 2).map(({ to }) => to),
      ['+79000000001', 'a@example.test'],
    );
    const [first] = (await json('GET', 'inbox?to=A%40example.test')).body as { code: string; links: string[] }[];
    assert.equal(first!.code, '123456');
    assert.deepEqual(first!.links, ['https://example.test/confirm?token=x']);
    const page = await new Browser(house.origin).open('/sandbox/inbox?to=8+900+000-00-01');
    assert.match(textOf(page), /Second/);
    assert.doesNotMatch(textOf(page), /123456/);
  });

  it('has a page where people are searched by tier and name', async () => {
    const browser = new Browser(house.origin);
    const all = await browser.open('/sandbox');
    assert.equal(all.status, 200);
    for (const { id } of people) assert.ok(has(all, `person-${id}`), id);
    const some = await browser.open('/sandbox?tier=confirmed&search=петрова');
    assert.ok(has(some, 'person-anna'));
    assert.ok(!has(some, 'person-boris'));
    const nobody = await browser.open('/sandbox?search=%3Cscript%3E');
    assert.equal(nobody.status, 200);
    assert.ok(!nobody.html.includes('<script>'));
  });

  it('moves the clock and switches faults from the page, with a form of ours only', async () => {
    const browser = new Browser(house.origin);
    const page = await browser.open('/sandbox');
    const moved = await browser.submit(page, { advance: 'P1D' }, { form: 1 });
    assert.ok(has(moved, 'clock-reset'));
    const reset = await browser.submit(moved, { reset: 'true' }, { form: 'clock-reset' });
    assert.ok(!has(reset, 'clock-reset'));
    const stranger = await browser.request('POST', '/sandbox/clock', new URLSearchParams({ advance: 'P1D' }));
    assert.equal(stranger.status, 403);
  });

  async function seed(): Promise<void> {
    await seedSandbox({ ...house.services, sandboxPeople });
  }

  async function json(method: string, call: string, body?: unknown, headers: Record<string, string> = {}) {
    const answer = await fetch(`${house.origin}/sandbox/api/${call}`, {
      method,
      headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      body: body ? JSON.stringify(body) : undefined,
    });
    return { status: answer.status, body: (await answer.json()) as unknown };
  }
});

/** Twelve digits whose last two are checksums. */
function isInn(text: string): boolean {
  const digits = [...text].map(Number);
  const check = (weights: number[]) => (weights.reduce((sum, weight, i) => sum + weight * digits[i]!, 0) % 11) % 10;
  return (
    digits.length === 12 &&
    digits[10] === check([7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) &&
    digits[11] === check([3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
  );
}
