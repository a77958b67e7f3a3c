import assert from 'node:assert/strict';
import { Authority, hasOpenssl, type Holder } from '#test/support/authority.ts';
import { formIn, has, textOf, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { boris, settle } from '#test/support/people.ts';
import { Climber } from '#test/support/proving.ts';

const himself: Holder = { surname: 'Иванов', givenName: 'Борис Ильич', snils: '11223344595' };
const PAGE = '/account/confirm/signature';

describe('confirming by electronic signature', () => {
  let house: House;
  let climber: Climber;
  let authority: Authority;
  let count = 0;

  before(async function () {
    if (!hasOpenssl()) return this.skip();
    authority = new Authority();
    house = await House.open({
      settings: {
        verification: { esignAuthorities: authority.folder },
        passwords: { guessesPerAddressPerMinute: 1000 },
      },
    });
  });
  after(async () => {
    await house?.close();
    authority?.remove();
  });
  beforeEach(async () => {
    await house.services.db.deleteFrom('documents').execute();
    const contacts = [{ kind: 'phone' as const, value: `+790000005${String(++count).padStart(2, '0')}` }];
    climber = new Climber(house, await settle(house, { ...boris, contacts }));
    await climber.becomeStandard();
  });
  afterEach(() => house.clock.reset());

  function send(view: View, signature: string): Promise<View> {
    const { action, fields } = formIn(view, 'signature-submit');
    const body = new URLSearchParams({ ...fields, signature });
    return climber.browser.request('POST', new URL(action, view.url).href, body);
  }

  function challengeIn(view: View): string {
    return /id="challenge-text">([^<]+)</.exec(view.html)![1]!;
  }

  it('R15: a signature of the text, by the person the certificate names, confirms', async () => {
    const holder = authority.issue(himself);
    const page = await climber.open(PAGE);
    assert.ok(has(page, 'signature-submit'), textOf(page));
    const answer = await send(page, authority.sign(holder, challengeIn(page)));
    assert.equal(answer.status, 303, textOf(answer));
    assert.equal(await climber.tier(), 'confirmed');
    assert.ok(has(await climber.open('/account/confirm'), 'confirmed'));
    assert.match(textOf(await climber.open('/account/history')), /подпис|signature/);
  });

  it('a signature works once and for one account', async () => {
    const holder = authority.issue(himself);
    const { signatureProofs } = house.services;
    const challenge = await signatureProofs.challenge(climber.person.id);
    const text = (await signatureProofs.textOf(challenge, climber.person.id))!;
    const signature = authority.sign(holder, text);
    const other = await settle(house, {
      contacts: [{ kind: 'phone', value: `+790000006${String(count).padStart(2, '0')}` }],
    });
    assert.equal(await signatureProofs.confirm(other.id, challenge, signature), 'expired');
    assert.equal(await signatureProofs.confirm(climber.person.id, challenge, signature), 'confirmed');
    assert.equal(await signatureProofs.confirm(climber.person.id, challenge, signature), 'expired');
  });

  for (const [what, holder] of [
    ['another SNILS', { ...himself, snils: '11223344696' }],
    ['another surname', { ...himself, surname: 'Петров' }],
    ['another given name', { ...himself, givenName: 'Борис' }],
  ] as const)
    it(`a certificate with ${what} is another person's`, async () => {
      const page = await climber.open(PAGE);
      const answer = await send(page, authority.sign(authority.issue(holder), challengeIn(page)));
      assert.equal(answer.status, 422);
      assert.match(answer.html, /id="signature"[^>]*aria-invalid="true"/);
      assert.equal(await climber.tier(), 'standard');
    });

  it('a revoked certificate, a strange authority, another text, no signature at all: refused in words', async () => {
    const revoked = authority.issue(himself);
    authority.revoke(revoked);
    const stranger = new Authority();
    const page = await climber.open(PAGE);
    const text = challengeIn(page);
    for (const [signature, words] of [
      [authority.sign(revoked, text), /revoked|отозван/],
      [stranger.sign(stranger.issue(himself), text), /authority|центр/],
      [authority.sign(authority.issue(himself), `${text}x`), /very file|именно он/],
      ['MII', /very file|именно он/],
      ['', /Fill|Заполните/],
    ] as const) {
      const answer = await send(page, signature);
      assert.equal(answer.status, 422);
      assert.match(textOf(answer), words);
    }
    stranger.remove();
    assert.equal(await climber.tier(), 'standard');
  });

  it('the text is good for half an hour', async () => {
    const page = await climber.open(PAGE);
    const signature = authority.sign(authority.issue(himself), challengeIn(page));
    house.clock.advance(29 * 60_000);
    assert.ok(has(await climber.open(PAGE), 'signature-submit'));
    house.clock.advance(2 * 60_000);
    const answer = await send(await climber.open(PAGE), signature);
    assert.equal(answer.status, 422);
    assert.equal(await climber.tier(), 'standard');
  });
});
