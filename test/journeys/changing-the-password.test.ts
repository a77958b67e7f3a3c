import assert from 'node:assert/strict';
import { accountSignInPath } from '#src/protocols/oidc/account-client.ts';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { passwordTable, veraFacts } from '#test/support/password-table.ts';
import { PASSWORD, settle, type Person } from '#test/support/people.ts';

const PAGE = '/account/security/password';
const NEXT = 'Loud-Lagoon-61';
const vera = {
  profile: { familyName: veraFacts.names[0]!, givenName: veraFacts.names[1]!, birthdate: veraFacts.birthdate },
  contacts: [
    { kind: 'phone', value: veraFacts.phones[0]! },
    { kind: 'email', value: veraFacts.emails[0]! },
  ],
  documents: { snils: veraFacts.snils! },
} as const satisfies object;

describe('changing the password', () => {
  let house: House;
  let person: Person;
  let browser: Browser;

  beforeEach(async () => {
    const passwords = { guessesPerAddressPerMinute: 10_000, guessesPerNetworkPerMinute: 10_000 };
    house = await House.open({ instances: 2, settings: { passwords } });
    person = await settle(house, { ...vera, contacts: [...vera.contacts] });
    browser = await signedIn();
  });
  afterEach(() => house.close());

  it('C6, P5, P26: needs the present password and the new one twice, ends other sessions and tells every contact', async () => {
    const elsewhere = await signedIn();
    assert.equal((await change({ current: 'Wrong-Harbour-1' })).status, 422);
    assert.ok(has(await change({ repeat: 'Loud-Lagoon-62' }), 'error-summary'));
    const done = await change({});
    assert.match(textOf(done), /The password is changed|Пароль изменён/);
    assert.match(textOf(done), /in a password manager|в менеджере паролей/);
    assert.match((await browser.open('/account/security')).url, /\/account\/security$/);
    assert.match((await elsewhere.open('/account/security')).url, /interaction/);
    for (const contact of [...veraFacts.phones, ...veraFacts.emails]) {
      const [newest] = await house.messages(contact);
      assert.match(`${newest!.subject} ${newest!.text}`, /Пароль изменён/);
      assert.match(newest!.links[0]!, /\/not-me\//);
    }
    assert.ok(!(await opens(PASSWORD)));
    assert.ok(await opens(NEXT));
  });

  it('C6: "this wasn’t me" makes the new password useless', async () => {
    await change({});
    const { links } = (await house.lastMessage(veraFacts.emails[0]!))!;
    const owner = new Browser(house.origin);
    await owner.submit(await owner.open(links[0]!), {});
    assert.ok(!(await opens(NEXT)));
  });

  it('C6: a sign-in older than twenty minutes signs in anew first', async () => {
    house.clock.advance(21 * 60_000);
    assert.match((await browser.open(PAGE)).url, /interaction/);
  });

  it('P6: none of the last five passwords comes back', async () => {
    assert.match(textOf(await change({ password: PASSWORD })), /already|before|уже был/);
    await change({});
    assert.match(textOf(await change({ current: NEXT, password: PASSWORD })), /already|before|уже был/);
    assert.ok(await opens(NEXT));
  });

  it('C3: the present password cannot be guessed here', async () => {
    for (let i = 0; i < 5; i++) await change({ current: `Wrong-Harbour-${i}` });
    assert.equal((await change({})).status, 422);
    assert.ok(await opens(PASSWORD));
  });

  it('C1: the table gives the same verdicts and reasons at this door', async () => {
    const page = await browser.open(PAGE);
    for (const [password, broken] of passwordTable.filter(([, rules]) => rules.length > 0)) {
      if (password === '') continue;
      const view = await submit(page, { current: 'Not-The-Present-1', password });
      assert.equal(view.status, 422, password);
      const bad = [
        ...view.html.matchAll(/<li[^>]*class="bad"[^>]*data-rule="(\w+)"|data-rule="(\w+)"[^>]*class="bad"/g),
      ];
      assert.deepEqual(bad.map(([, one, two]) => one ?? two).toSorted(), broken.toSorted(), password);
    }
  });

  async function signedIn(): Promise<Browser> {
    const fresh = new Browser(house.origin);
    const login = await fresh.open(accountSignInPath('/account/security'));
    const view = await fresh.submit(login, { login: person.login, password: PASSWORD }, { form: 'login-submit' });
    assert.match(view.url, /\/account\/security$/, textOf(view));
    return fresh;
  }

  async function change(given: { current?: string; password?: string; repeat?: string }): Promise<View> {
    return submit(await browser.open(PAGE), given);
  }

  async function submit(page: View, given: { current?: string; password?: string; repeat?: string }): Promise<View> {
    const { current = PASSWORD, password = NEXT } = given;
    const repeat = given.repeat ?? password;
    const values = { 'current-password': current, 'new-password': password, 'new-password-repeat': repeat };
    return browser.submit(page, values, { form: 'password-submit' });
  }

  async function opens(password: string): Promise<boolean> {
    const login = person.login;
    try {
      return (await house.services.credentials.check({ login, password, address: '192.0.2.9' })) !== undefined;
    } catch {
      return false;
    }
  }
});
