import assert from 'node:assert/strict';
import { Authority, hasOpenssl, type Holder } from '#test/support/authority.ts';
import { formIn, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
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

  async function challengeIn(view: View): Promise<string> {
    return (await climber.browser.request('GET', hrefOf(view, 'challenge-link'))).html;
  }

  it('R15: a signature of the text, by the person the certificate names, confirms', async () => {
    const holder = authority.issue(himself);
    const page = await climber.open(PAGE);
    assert.ok(has(page, 'signature-submit'), textOf(page));
    const answer = await send(page, authority.sign(holder, await challengeIn(page)));
    assert.equal(answer.status, 303, textOf(answer));
    assert.equal(await climber.tier(), 'confirmed');
    assert.ok(has(await climber.open('/account/confirm'), 'confirmed'));
    assert.match(textOf(await climber.open('/account/history')), /подпис|signature/);
  });

  it('I3: a signature works once, in its browser and for its account and purpose', async () => {
    const { signatureProofs, signedTexts } = house.services;
    const scope = { purpose: 'confirm', browser: 'a browser', accountId: climber.person.id } as const;
    const text = await signedTexts.issue(scope, { headline: 'I confirm my identity' });
    const typed = authority.sign(authority.issue(himself), (await signedTexts.find(text, scope))!);
    const signature = { text, typed, address: '203.0.113.7' };
    const other = await settle(house, {
      contacts: [{ kind: 'phone', value: `+790000006${String(count).padStart(2, '0')}` }],
    });
    assert.equal(await signatureProofs.confirm({ ...scope, accountId: other.id }, signature), 'expired');
    assert.equal(await signatureProofs.confirm({ ...scope, browser: 'another' }, signature), 'expired');
    assert.equal(await signedTexts.find(text, { ...scope, purpose: 'bind' }), undefined);
    assert.equal(await signatureProofs.confirm(scope, signature), 'confirmed');
    assert.equal(await signatureProofs.confirm(scope, signature), 'expired');
  });

  for (const [what, holder] of [
    ['another SNILS', { ...himself, snils: '11223344696' }],
    ['another surname', { ...himself, surname: 'Петров' }],
    ['another given name', { ...himself, givenName: 'Борис' }],
  ] as const)
    it(`a certificate with ${what} is another person's`, async () => {
      const page = await climber.open(PAGE);
      const answer = await send(page, authority.sign(authority.issue(holder), await challengeIn(page)));
      assert.equal(answer.status, 422);
      assert.match(answer.html, /id="signature"[^>]*aria-invalid="true"/);
      assert.equal(await climber.tier(), 'standard');
    });

  it('a revoked certificate, a strange authority, another text, no signature at all: refused in words', async () => {
    const revoked = authority.issue(himself);
    authority.revoke(revoked);
    const stranger = new Authority();
    const page = await climber.open(PAGE);
    const text = await challengeIn(page);
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

  it('I3: the text is readable and good for five minutes', async () => {
    const page = await climber.open(PAGE);
    const text = await challengeIn(page);
    for (const part of [
      /^(I confirm my identity|Подтверждаю свою личность)/,
      /purpose: confirm/,
      /site: http/,
      /time: 20/,
      /nonce: [\w-]{43}/,
    ])
      assert.match(text, part);
    const signature = authority.sign(authority.issue(himself), text);
    house.clock.advance(5 * 60_000 + 1000);
    const answer = await send(page, signature);
    assert.equal(answer.status, 422);
    assert.match(textOf(answer), /Five minutes have passed|Пять минут прошли/);
    assert.equal(await climber.tier(), 'standard');
  });

  it('I6: what was believed is kept and proves itself after two years', async () => {
    const page = await climber.open(PAGE);
    await send(page, authority.sign(authority.issue(himself), await challengeIn(page)));
    house.clock.advance(2 * 365 * 86_400_000);
    const [kept] = await house.services.signatureArchive.review(climber.person.id);
    assert.ok(kept?.holds);
    assert.equal(kept.purpose, 'confirm');
  });

  it('a certificate of the sandbox does the same, with every kind of key, and a revoked one does not', async () => {
    const ca = house.services.sandbox!.authority;
    for (const kind of ['gost256', 'rsa'] as const) {
      const serial = await ca.issue(himself, kind);
      await ca.revoke(serial);
      const page = await climber.open(PAGE);
      const refused = await send(page, (await ca.sign(serial, await challengeIn(page)))!);
      assert.match(textOf(refused), /revoked|отозван/);
    }
    const page = await climber.open(PAGE);
    const signature = (await ca.sign(await ca.issue(himself, 'gost512'), await challengeIn(page)))!;
    assert.equal((await send(page, signature)).status, 303);
    assert.equal(await climber.tier(), 'confirmed');
  });

  it('I2: while the authority does not answer nothing is confirmed, and the page says so', async () => {
    const ca = house.services.sandbox!.authority;
    const serial = await ca.issue(himself, 'ecdsa');
    for (const mode of ['fail', 'slow'] as const) {
      house.services.faults.set('authority', mode);
      const page = await climber.open(PAGE);
      const startedAt = performance.now();
      const answer = await send(page, (await ca.sign(serial, await challengeIn(page)))!);
      house.services.faults.set('authority', 'off');
      assert.equal(answer.status, 422);
      assert.match(textOf(answer), /authority does not answer|центр не отвечает/);
      assert.ok(performance.now() - startedAt < 3500);
    }
    assert.equal(await climber.tier(), 'standard');
  });
});
