import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Database } from '#src/platform/storage/database.ts';
import { databaseKinds } from '#test/support/databases.ts';
import { House } from '#test/support/house.ts';
import { Browser, has, hrefOf, textOf } from '#test/support/browser.ts';
import { textOfPdf } from '#test/support/pdf.ts';
import { settle } from '#test/support/people.ts';
import { RelyingParty } from '#test/support/relying-party.ts';
import { appCode } from '#test/support/second-factor.ts';

const PASSWORD = 'Kanareyka-Pela-73!';

for (const kind of databaseKinds) {
  describe(`nothing readable at rest or in logs, on ${kind}`, () => {
    let house: House;
    const lines: string[] = [];
    const canaries = new Map<string, string>();

    before(async () => {
      const log = { write: (line: string) => void lines.push(line) };
      house = await House.open({ database: kind, instances: 2, log });
      await liveOneLife(house, canaries);
    });
    after(() => house.close());

    it('L1, D6: a dump holds no name, contact, code, password or token, in no spelling', async () => {
      const dump = await dumpOf(house.services.db);
      assert.ok(dump.includes('account_created'), 'the dump is a real one');
      assert.deepEqual(findIn(dump, canaries), []);
    });

    it('L4, D6: neither do the logs, at their most talkative', () => {
      const log = lines.join('\n');
      assert.ok(log.includes('/registration/:flow/code'), 'the log is a real one');
      assert.deepEqual(findIn(log, canaries), []);
    });

    it('L4: nor the metrics', async () => {
      const { html } = await new Browser(house.origin).open('/metrics');
      assert.ok(html.includes('openesia_request_seconds'));
      assert.deepEqual(findIn(html, canaries), []);
    });
  });
}

/** Registers by phone, fails and succeeds, signs in to a client, refreshes, looks at the account, and provokes errors on the way. */
async function liveOneLife(house: House, canaries: Map<string, string>): Promise<void> {
  const person = {
    family: 'Канарейкина',
    given: 'Желтопёра',
    phone: '+79000007731',
    email: 'canary.zheltaya@example.test',
  };
  const phones = [person.phone, person.phone.slice(2), '8 900 000-77-31'];
  [person.family, person.given, person.email, PASSWORD, ...phones].forEach((value) =>
    canaries.set(`typed ${value}`, value),
  );

  const browser = new Browser(house.origin);
  let view = await browser.open('/registration');
  const typed = {
    'last-name': person.family,
    'first-name': person.given,
    phone: '8 900 000-77-31',
    email: person.email,
    agree: 'on',
  };
  await browser.submit(view, { ...typed, phone: '8 900 000-77-3' }, { form: 'registration-submit' });
  view = await browser.submit(view, typed, { form: 'registration-submit' });
  assert.ok(has(view, 'code'), textOf(view));
  const code = (await house.lastMessage(person.phone))!.code!;
  canaries.set('code', code);
  await browser.submit(view, { code: code === '000000' ? '000001' : '000000' }, { form: 'code-submit' });
  view = await browser.submit(view, { code }, { form: 'code-submit' });
  view = await browser.submit(
    view,
    { 'new-password': PASSWORD, 'new-password-repeat': PASSWORD },
    { form: 'password-submit' },
  );
  canaries.set('ticket', browser.cookie('registered')!);

  const university = await RelyingParty.register(house, { grant_types: ['authorization_code', 'refresh_token'] });
  canaries.set('client secret', university.metadata.client_secret as string);
  const other = new Browser(house.origin);
  const request = await university.request({
    scope: 'openid profile email phone offline_access',
    prompt: 'consent',
    login_hint: person.email,
  });
  view = await other.open(request.url.href);
  await other.submit(view, { login: person.phone, password: `${PASSWORD}x` }, { form: 'login-submit' });
  view = await other.submit(view, { login: person.phone, password: PASSWORD }, { form: 'login-submit' });
  assert.ok(has(view, 'consent-submit'), textOf(view));
  assert.ok(hrefOf(view, 'interaction-abort'));
  view = await other.submit(view, {}, { form: 'consent-submit' });
  canaries.set('authorization code', new URL(view.url).searchParams.get('code')!);
  const tokens = await university.exchange(view.url, request);
  canaries
    .set('access token', tokens.access_token)
    .set('refresh token', tokens.refresh_token!)
    .set('session', other.cookie('session')!)
    .set('device', other.cookie('device')!);
  const userinfo = await fetch(`${house.origin}/oauth2/userinfo`, {
    headers: { authorization: `Bearer ${tokens.access_token}` },
  });
  assert.equal(((await userinfo.json()) as { phone_number: string }).phone_number, person.phone);
  assert.match(textOf(await other.open('/account')), /Канарейкина/);
  await other.open('/account/sessions');
  await other.open(
    `/oauth2/auth?client_id=${encodeURIComponent(person.email)}&login_hint=${encodeURIComponent(person.phone)}`,
  );
  await protect(house, other, canaries);
  await orderLetter(house, canaries);
  await house.messages(person.phone);
}

/** A code on paper: it is printed, and nobody else has it. */
async function orderLetter(house: House, canaries: Map<string, string>): Promise<void> {
  const address = { formatted: 'г. Канареевск, ул. Клеточная, д. 7' };
  const reader = await settle(house, {
    profile: { address },
    contacts: [{ kind: 'email', value: 'letter-canary@example.test' }],
    evidence: ['registry'],
    documents: { snils: '11223344595' },
  });
  assert.equal(await house.services.letters.order(reader.id, 'ru'), 'sent');
  await house.settleOutbox();
  const letter = (await house.services.inbox.list()).find(({ channel }) => channel === 'letter')!;
  const pdf = await fetch(`${house.origin}/sandbox/inbox/${letter.id}/letter.pdf`);
  assert.ok(textOfPdf(Buffer.from(await pdf.arrayBuffer())).includes(letter.code!));
  canaries.set('typed letter code', letter.code!).set('typed letter code, bare', letter.code!.replaceAll('-', ''));
  canaries.set('typed address', address.formatted);
}

/** Switches an authenticator app on, signs in with it elsewhere, and keeps what was shown. */
async function protect(house: House, browser: Browser, canaries: Map<string, string>): Promise<void> {
  const page = await browser.open('/account/security/authenticator');
  const key = /id="totp-key">([A-Z2-7 ]+)</.exec(page.html)![1]!.replaceAll(' ', '');
  canaries.set('authenticator key', key);
  const codes = await browser.submit(page, { code: appCode(key) }, { form: 'code-submit' });
  const backup = [...codes.html.matchAll(/<code>([0-9a-z]{5}-[0-9a-z]{5})<\/code>/g)].map(([, code]) => code!);
  assert.equal(backup.length, 10, textOf(codes));
  for (const code of backup) canaries.set(`typed ${code}`, code).set(`typed ${code} bare`, code.replace('-', ''));
  const notice = (await house.messages('+79000007731')).find(({ links }) => links.length > 0)!;
  canaries.set('link of a notice', new URL(notice.links[0]!).pathname.split('/').at(-1)!);
  const elsewhere = new Browser(house.origin);
  const login = await elsewhere.open('/account');
  const asked = await elsewhere.submit(login, { login: '+79000007731', password: PASSWORD }, { form: 'login-submit' });
  canaries.set('pending sign-in', elsewhere.cookie('second_factor')!);
  await elsewhere.submit(asked, { code: backup[0]! }, { form: 'code-submit' });
  const done = await elsewhere.submit(asked, { code: appCode(key, 1) }, { form: 'code-submit' });
  assert.ok(has(done, 'sign-out'), textOf(done));
}

/** Every table as text; binary columns appear as hexadecimal. */
async function dumpOf(db: Database): Promise<string> {
  const { rows: tables } = await sql<{
    name: string;
  }>`select tablename as name from pg_tables where schemaname = 'public'`.execute(db);
  const dumps = tables.map(async ({ name }) => {
    const { rows } = await sql<{ line: string }>`select t::text as line from ${sql.table(name)} t`.execute(db);
    return rows.map(({ line }) => line).join('\n');
  });
  return (await Promise.all(dumps)).join('\n');
}

/** Raw, base64 in three alignments, hexadecimal, and the unkeyed hash that could be counted through. */
function findIn(haystack: string, canaries: Map<string, string>): string[] {
  const lower = haystack.toLowerCase();
  return [...canaries].flatMap(([what, value]) => {
    const bytes = Buffer.from(value);
    // Six digits turn up by chance in any large text; only a code standing by itself counts.
    const isShort = /^\d{6}$/.test(value);
    const found = [
      isShort
        ? new RegExp(`(?<![0-9a-f])${value}(?![0-9a-f])`).test(lower) && 'raw'
        : haystack.includes(value) && 'raw',
      !isShort && lower.includes(bytes.toString('hex')) && 'hex',
      !isShort && [0, 1, 2].some((pad) => haystack.includes(middleBase64(bytes, pad))) && 'base64',
      isGuessable(what) && lower.includes(createHash('sha256').update(value).digest('hex')) && 'sha-256',
    ];
    return found.filter(Boolean).map((how) => `${what} (${String(how)})`);
  });
}

function middleBase64(bytes: Buffer, pad: number): string {
  return Buffer.concat([Buffer.alloc(pad), bytes])
    .toString('base64')
    .replace(/=/g, '')
    .slice(pad === 0 ? 0 : 4, -2);
}

function isGuessable(what: string): boolean {
  return what.startsWith('typed') || what === 'code';
}
