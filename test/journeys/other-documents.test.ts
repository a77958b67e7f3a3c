import assert from 'node:assert/strict';
import { Browser, has, hrefOf, textOf, type View } from '#test/support/browser.ts';
import { authorizationFields, messages, registerEsia, rsaSigner, sealed, sealings } from '#test/support/esia-client.ts';
import { House } from '#test/support/house.ts';
import { boris, settle } from '#test/support/people.ts';
import { callback, post, redeem, send, userinfo } from '#test/support/protocol.ts';
import { Climber, papers } from '#test/support/proving.ts';
import { Forgetful } from '#test/support/recovering.ts';
import { dump } from '#test/support/registering.ts';
import { RelyingParty } from '#test/support/relying-party.ts';

const LICENCE = '/account/documents/driving-licence';
const ABROAD = '/account/documents/international-passport';

const licence = {
  'document-series': '77 01',
  'document-number': '123456',
  'document-issued': '12.03.2025',
  'document-expires': '12.03.2035',
  'document-issuer': 'ГИБДД 7701',
};
const abroad = {
  'document-series': '71',
  'document-number': '№ 1234567',
  'document-issued': '01.06.2021',
  'document-expires': '01.06.2031',
  'document-issuer': 'МВД 77001',
};

describe('documents that no tier hangs on', () => {
  let house: House;
  let climber: Climber;
  let count = 0;

  before(async () => {
    house = await House.open({ settings: { passwords: { guessesPerAddressPerMinute: 1000 } } });
  });
  after(() => house.close());
  beforeEach(async () => {
    house.services.sandbox!.controls.registry.simulation = { outcome: 'pass', wrong: ['driving-licence'], delayMs: 0 };
    await house.services.db.deleteFrom('documents').execute();
    const phone = `+790000004${String(++count).padStart(2, '0')}`;
    climber = new Climber(house, await settle(house, { ...boris, contacts: [{ kind: 'phone', value: phone }] }));
  });

  async function keep(path: string, values: Record<string, string>): Promise<View> {
    return climber.browser.submit(await climber.open(path), values, { form: 'document-submit' });
  }

  async function kept() {
    const documents = await house.services.identities.documents(climber.person.id);
    return documents.filter(({ kind }) => kind === 'driving_licence' || kind === 'international_passport');
  }

  async function meter(): Promise<number> {
    return Number(/<meter[^>]* value="(\d+)"/.exec((await climber.open('/account')).html)![1]);
  }

  it('R17: each one that is found right makes recovery stronger, and neither lowers the tier', async () => {
    await climber.becomeStandard();
    const before = await meter();
    const page = await keep(LICENCE, licence);
    assert.match(page.url, /\/account\/documents$/, textOf(page));
    assert.equal(await climber.tier(), 'standard', 'also while it is being checked');
    await house.settleOutbox();
    assert.equal(await meter(), before + 1);
    await keep(ABROAD, abroad);
    await house.settleOutbox();
    assert.equal(await meter(), before + 2);
    assert.equal(await climber.tier(), 'standard');
    const said = (await kept()).map(({ kind, value, verified }) => ({ kind, value, verified }));
    assert.deepEqual(said, [
      { kind: 'driving_licence', value: '7701123456', verified: true },
      { kind: 'international_passport', value: '711234567', verified: true },
    ]);
    assert.doesNotMatch((await climber.open('/account')).html, /href="\/account\/documents\/driving-licence"/);
  });

  it('R16, R17: shown, changed and removed in the account, and each change is told', async () => {
    await climber.becomeStandard();
    await keep(LICENCE, licence);
    await house.settleOutbox();
    const shown = await climber.open('/account/documents');
    assert.match(textOf(shown), /7701123456/);
    assert.match(textOf(shown), /12 марта 2035/);
    const form = await climber.open(LICENCE);
    for (const typed of ['7701', '123456', '12.03.2025', '12.03.2035', 'ГИБДД 7701'])
      assert.ok(form.html.includes(`value="${typed}"`), typed);
    await keep(LICENCE, { ...licence, 'document-number': '654321' });
    await house.settleOutbox();
    assert.deepEqual(
      (await kept()).map(({ value }) => value),
      ['7701654321'],
    );
    await climber.browser.submit(await climber.open(LICENCE), {}, { form: 'document-remove' });
    assert.deepEqual(await kept(), []);
    assert.ok(!has(await climber.open(LICENCE), 'document-remove'));
    assert.match((await house.lastMessage(climber.person.login))!.text, /документы или адрес/);
    const history = (await house.services.audit.history(climber.person.id)).map(({ event }) => event);
    assert.equal(history.filter((event) => event === 'identity_changed').length, 4, 'papers, new, changed, removed');
  });

  it('what the registry finds wrong is named and led to, and the tier stays', async () => {
    await climber.becomeStandard();
    house.services.sandbox!.controls.registry.simulation.outcome = 'fail';
    await keep(LICENCE, licence);
    await house.settleOutbox();
    const page = await climber.open('/account/documents');
    assert.match(page.html, /data-status="failed"/);
    assert.equal(await climber.tier(), 'standard');
    assert.equal((await kept())[0]!.verified, false);
    const form = await climber.open(hrefOf(page, 'correct'));
    assert.match(form.html, /id="document-number"[^>]*aria-invalid="true"/);
    await climber.browser.submit(form, {}, { form: 'document-remove' });
    assert.match((await climber.open('/account/documents')).html, /data-status="passed"/);
  });

  it('G1: alone it proves nobody; with passport and SNILS it is checked among them', async () => {
    await keep(LICENCE, licence);
    await house.settleOutbox();
    assert.equal(await climber.checkStatus(), undefined);
    assert.equal(await climber.tier(), 'simplified');
    await climber.becomeStandard();
    assert.equal((await kept())[0]!.verified, true);
  });

  it('G1: a letter shows who somebody is, and nothing about a document that nobody looked at', async () => {
    await climber.becomeStandard();
    house.services.sandbox!.controls.registry.simulation.outcome = 'silent';
    await keep(LICENCE, licence);
    await climber.enterLetterCode(await climber.orderLetter());
    assert.equal(await climber.tier(), 'confirmed');
    assert.equal((await kept())[0]!.verified, false);
  });

  it('G2: a document that is taken away while it is checked comes back with no answer, and nothing else is lost', async () => {
    house.services.sandbox!.controls.registry.simulation.outcome = 'silent';
    await keep(LICENCE, licence);
    await climber.sendPapers();
    const { id } = await house.services.db
      .selectFrom('checks')
      .select('id')
      .where('account_id', '=', climber.person.id)
      .executeTakeFirstOrThrow();
    await climber.browser.submit(await climber.open(LICENCE), {}, { form: 'document-remove' });
    assert.equal(await house.services.checks.takeAnswer(id, { status: 'passed' }), 'ignored');
    assert.match((await climber.checkStatus())!, /queued|checking/, 'asked anew without it');
    house.services.sandbox!.controls.registry.simulation.outcome = 'pass';
    house.clock.advance(3_600_000);
    await house.settleOutbox();
    assert.equal(await climber.tier(), 'standard');
    house.clock.reset();
  });

  it('two tabs do not undo each other', async () => {
    await climber.becomeStandard();
    const [one, other] = [await climber.open(LICENCE), await climber.open(ABROAD)];
    await Promise.all([
      climber.browser.submit(one, licence, { form: 'document-submit' }),
      climber.browser.submit(other, abroad, { form: 'document-submit' }),
    ]);
    assert.equal((await kept()).length, 2);
    await climber.sendPapers({ 'birth-place': 'гор. Ржев' });
    assert.equal((await kept()).length, 2, 'the form of the passport leaves them alone');
  });

  for (const [path, field, typed, words] of [
    [LICENCE, 'document-series', '77О1', 'похожая буква'],
    [LICENCE, 'document-series', '770', 'четыре цифры'],
    [LICENCE, 'document-series', '0001', 'серии не бывает'],
    [LICENCE, 'document-number', '000000', 'номера не бывает'],
    [LICENCE, 'document-number', '12345', 'шесть цифр'],
    [LICENCE, 'document-issued', '31.02.2020', 'календаре'],
    [LICENCE, 'document-issued', '12.03.2999', 'ещё не наступил'],
    [LICENCE, 'document-issued', '12.03.2003', 'так рано'],
    [LICENCE, 'document-expires', '11.03.2025', 'раньше, чем документ выдан'],
    [LICENCE, 'document-expires', '13.03.2035', 'десять лет'],
    [LICENCE, 'document-issuer', 'GIBDD', 'кириллицей'],
    [ABROAD, 'document-series', '7', 'две цифры'],
    [ABROAD, 'document-number', '12345678', 'семь цифр'],
    [ABROAD, 'document-issuer', '', 'заполните'],
  ] as const) {
    it(`R17: refuses ${path.split('/').at(-1)}, ${field} «${typed}» in words and keeps what was typed`, async () => {
      await climber.becomeStandard();
      const values = { ...(path === LICENCE ? licence : abroad), [field]: typed };
      const view = await keep(path, values);
      assert.equal(view.status, 422);
      assert.match(view.html, new RegExp(`id="${field}"[^>]*aria-invalid="true"`));
      assert.match(textOf(view).toLowerCase(), new RegExp(words));
      if (typed !== '') assert.ok(view.html.includes(`value="${typed}"`));
      assert.deepEqual(await kept(), []);
    });
  }

  it('an expired one is refused; a licence is still taken for three years', async () => {
    await climber.becomeStandard();
    const ended = { 'document-issued': '10.01.2015', 'document-expires': '10.01.2025' };
    assert.equal((await keep(LICENCE, { ...licence, ...ended })).status, 200);
    const view = await keep(ABROAD, { ...abroad, ...ended });
    assert.equal(view.status, 422);
    assert.match(textOf(view), /Срок этого документа истёк/);
  });

  it('L5: a client sees it with the scope for it and with no other', async () => {
    await climber.becomeStandard();
    await keep(LICENCE, licence);
    await keep(ABROAD, abroad);
    await house.settleOutbox();
    const rp = await RelyingParty.register(house);
    const given = async (scope: string) => {
      const { code, verifier } = await callback(rp, climber.browser, climber.person, { scope });
      return (await userinfo(house, (await redeem(rp, code, verifier)).json as { access_token: string })).text;
    };
    assert.doesNotMatch(await given('openid profile id_doc snils inn'), /RF_DRIVING_LICENSE|FRGN_PASS|1234567/);
    const answer = JSON.parse(await given('openid drivers_licence_doc')) as Record<string, unknown>;
    assert.deepEqual(answer.drivers_licence_doc, {
      type: 'RF_DRIVING_LICENSE',
      series: '7701',
      number: '123456',
      issue_date: '2025-03-12',
      issued_by: 'ГИБДД 7701',
      expiry_date: '2035-03-12',
    });
    assert.equal('foreign_passport_doc' in answer, false);

    const request = await rp.request({ scope: 'openid foreign_passport_doc', prompt: 'consent' });
    const consent = await climber.browser.open(request.url.href);
    const whole = /71 1234567, (1 June 2021|June 1, 2021), МВД 77001, until/;
    assert.match(textOf(consent), whole, 'all of it is shown before it is given');
  });

  it('L5: over the ESIA dialect likewise', async () => {
    await climber.becomeStandard();
    await keep(LICENCE, licence);
    await keep(ABROAD, abroad);
    await house.settleOutbox();
    const signer = rsaSigner();
    await registerEsia(house, `DOCS${count}`, { certificates: [signer.certificate] });
    const seal = sealings.cms(signer, messages.v1);
    const docsFor = async (scope: string) => {
      const query = new URLSearchParams(sealed(authorizationFields(house, `DOCS${count}`, { scope }), seal));
      let view = await climber.browser.open(`/aas/oauth2/ac?${query}`);
      if (has(view, 'consent-submit')) view = await climber.browser.submit(view, {}, { form: 'consent-submit' });
      const { response_type: _, access_type: __, ...rest } = authorizationFields(house, `DOCS${count}`, { scope });
      const code = new URL(view.url).searchParams.get('code')!;
      const fields = { ...rest, grant_type: 'authorization_code', token_type: 'Bearer', code };
      const { json, text } = await post(house, '/aas/oauth2/te', sealed(fields, seal));
      assert.ok(json.access_token, text);
      const { oid } = (await house.services.accounts.find(climber.person.id))!;
      const headers = { authorization: `Bearer ${json.access_token}` };
      const docs = await send(house, `/rs/prns/${oid}/docs?embed=(elements)`, { headers });
      return (docs.json.elements as Record<string, string>[]).map(
        ({ type, series, number, issueDate, issueId, issuedBy, expiryDate }) =>
          [type, series, number, issueDate, issueId, issuedBy, expiryDate].filter(Boolean).join(' '),
      );
    };
    const passport = `RF_PASSPORT 2808 123456 20.07.2008 692001 ${papers['passport-issuer']}`;
    assert.deepEqual(await docsFor('openid id_doc'), [passport]);
    const licensed = 'RF_DRIVING_LICENSE 7701 123456 12.03.2025 ГИБДД 7701 12.03.2035';
    assert.deepEqual(await docsFor('openid drivers_licence_doc'), [licensed]);
    assert.deepEqual(await docsFor('openid foreign_passport_doc'), [
      'FRGN_PASS 71 1234567 01.06.2021 МВД 77001 01.06.2031',
    ]);
  });

  for (const [name, path, values, number] of [
    ['driving licence', LICENCE, licence, '77 01 123456'],
    ['international passport', ABROAD, abroad, '71 1234567'],
  ] as const) {
    it(`P12, R17: the number of a ${name} that was checked helps back in, of an unchecked one it does not`, async () => {
      await climber.becomeStandard();
      house.services.sandbox!.controls.registry.simulation.outcome = 'silent';
      await keep(path, values);
      const forgetful = new Forgetful(house);
      const page = await forgetful.provePhone(climber.person.login);
      assert.ok(has(page, 'document-submit'), textOf(page));
      const refused = await forgetful.giveDocument(page, number);
      assert.equal(refused.status, 422);
      house.services.sandbox!.controls.registry.simulation.outcome = 'pass';
      house.clock.advance(60_000);
      await house.settleOutbox();
      assert.ok(has(await forgetful.giveDocument(refused, number), 'password-submit'));
      house.clock.reset();
    });
  }

  it('L1, L6: it is in the export of own data, and nowhere to be read at rest', async () => {
    await climber.becomeStandard();
    await keep(LICENCE, licence);
    const file = await climber.browser.submit(await climber.open('/account/data'), {}, { form: 'export' });
    const { documents } = JSON.parse(file.html) as { documents: { kind: string; value: string; details: object }[] };
    const { value, details } = documents.find(({ kind }) => kind === 'driving_licence')!;
    assert.equal(value, '7701123456');
    assert.deepEqual(details, { issuedAt: '2025-03-12', expiresAt: '2035-03-12', issuer: 'ГИБДД 7701' });
    const text = await dump(house);
    for (const canary of ['7701123456', 'ГИБДД', '2035-03-12']) assert.ok(!text.includes(canary), canary);
  });

  it('is nobody else’s page: a stranger signs in, a foreign citizen has a reviewer', async () => {
    const passport = { kind: 'foreign', familyName: 'KARIMOVA', givenName: 'LOLA', citizenship: 'UZB' } as const;
    const contacts = [{ kind: 'email' as const, value: 'lola.foreign@example.test' }];
    const lola = new Climber(house, await settle(house, { profile: passport, contacts }));
    for (const path of [LICENCE, ABROAD]) {
      assert.ok(has(await new Browser(house.origin).open(path), 'login-submit'));
      assert.match((await lola.open(path)).url, /\/account\/review/);
    }
    const overview = await lola.open('/account');
    assert.match(overview.html, /<meter[^>]* max="3" value="1"/);
    assert.doesNotMatch(overview.html, /href="\/account\/documents\/edit"/, 'nobody asks her for a Russian passport');
  });
});
