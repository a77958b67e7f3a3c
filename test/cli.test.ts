import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import { asSuperuser, sealAll } from '#test/support/audit.ts';
import { House } from '#test/support/house.ts';
import { anna, boris, settle } from '#test/support/people.ts';
import { send } from '#test/support/protocol.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const certificate = readFileSync(new URL('support/gost-certificate.pem', import.meta.url), 'utf8');

describe("the operator's command line", () => {
  let house: House;
  let folder: string;

  before(async () => {
    house = await House.open({ instances: 2 });
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'openesia-cli-'));
    await house.services.db.deleteFrom('clients').execute();
    await house.services.db.deleteFrom('client_versions').execute();
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  after(() => house.close());

  const esia = (...words: string[]) => run(words, { ESIA_URL: house.origin });
  const file = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return name;
  };

  it('helps: every command, and each by itself', async () => {
    for (const words of [[], ['help'], ['--help']]) {
      const { code, out } = await esia(...words);
      assert.equal(code, 0);
      for (const name of ['client add', 'apply', 'rollback', 'keys rotate', 'audit verify', 'doctor'])
        assert.ok(out.includes(name), name);
    }
    assert.match((await esia('client', 'add', '--help')).out, /--redirect-uri/);
  });

  it('an operator from beginning to end', async () => {
    await settle(house, anna);
    const refused = await esia('operator', 'add', 'anna@example.test', 'clerk');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /a clerk works at an office/);
    const added = await esia('operator', 'add', 'anna@example.test', 'clerk', '--office', 'arz-lenina');
    assert.equal(added.code, 0, added.err);
    const listed = JSON.parse((await esia('operator', 'list', '--json')).out);
    assert.equal(listed.operators[0].office, 'arz-lenina');
    assert.equal((await esia('operator', 'remove', listed.operators[0].id)).code, 2);
    assert.equal((await esia('operator', 'remove', listed.operators[0].id, '--yes')).code, 0);
    assert.match((await esia('operator', 'list')).out, /No operators yet/);
  });

  it('A3, K4: finds events, and names the first broken link of the log', async () => {
    const person = await settle(house, boris);
    await house.services.audit.record(auditEvent.securityChanged(person.id, 'password_changed'));
    await sealAll(house);
    const listed = await esia('audit', 'list', '--event', 'security_changed', '--from', '2020-01-01', '--limit', '1');
    assert.match(
      listed.out,
      /number +at .*\n\d+ +\S+ \S+ +security_changed +\d+ .*change=password_changed\n\nMore: --before/,
    );
    assert.equal((await esia('audit', 'list', '--from', 'yesterday')).code, 2);
    const whole = await esia('audit', 'verify');
    assert.equal(whole.code, 0, whole.err);
    const head = /Head to keep: (\S+)/.exec(whole.out)![1]!;
    assert.equal((await esia('audit', 'verify', '--head', head)).code, 0);
    await asSuperuser(house, sql`update audit_events set details = '{}' where event = 'security_changed'`);
    const broken = await esia('audit', 'verify');
    assert.equal(broken.code, 1);
    assert.match(broken.out, /^Broken at link \d+: event \d+ or its link was changed/);
  });

  it('a client from beginning to end', async () => {
    const added = await esia(
      'client',
      'add',
      'UNI',
      '--name',
      'Университет',
      '--redirect-uri',
      'https://uni.example/callback',
    );
    assert.equal(added.code, 0, added.err);
    assert.match(added.out, /UNI is registered/);
    assert.match(added.out, /Secret, shown now and never again:\n {2}\S{43}/);
    const updated = await esia(
      'client',
      'update',
      'UNI',
      '--minimum-tier',
      'confirmed',
      '--set',
      'default_max_age=600',
    );
    assert.equal(updated.code, 0, updated.err);
    const shown = JSON.parse((await esia('client', 'show', 'UNI', '--json')).out);
    assert.deepEqual(
      [shown.client_name, shown.minimum_tier, shown.default_max_age, shown.redirect_uris],
      ['Университет', 'confirmed', 600, ['https://uni.example/callback']],
    );
    assert.match((await esia('client', 'list')).out, /UNI +confirmed +OpenID +Университет/);
    assert.match((await esia('client', 'secret', 'UNI')).out, /The old secret of UNI ended/);
    assert.equal((await esia('client', 'remove', 'UNI')).code, 2, 'not without --yes');
    assert.match((await esia('client', 'remove', 'UNI', '--yes')).out, /removed/);
    assert.match((await esia('client', 'show', 'UNI')).err, /Refused: there is no such client/);
  });

  it('a client of the ESIA dialect with nothing but a certificate', async () => {
    file('uni.pem', certificate);
    file('uni.der', '');
    writeFileSync(join(folder, 'uni.der'), Buffer.from(certificate.replace(/-----[^-]+-----|\s/g, ''), 'base64'));
    for (const [id, name] of [
      ['UNI01', 'uni.pem'],
      ['UNI02', 'uni.der'],
    ] as const) {
      const added = await esia(
        'client',
        'add',
        id,
        '--certificate',
        name,
        '--redirect-host',
        'localhost:8080',
        '--json',
      );
      assert.equal(added.code, 0, added.err);
      assert.deepEqual(JSON.parse(added.out).esia.certificates, [certificate]);
    }
    assert.match((await esia('client', 'show', 'UNI01')).out, /certificate …/);
  });

  it('says exactly what is wrong, with the code a script needs', async () => {
    for (const [code, words, says] of [
      [
        1,
        ['client', 'add', 'UNI', '--redirect-uri', 'nowhere'],
        /redirect_uris: redirect_uris must only contain web uris/,
      ],
      [
        1,
        ['client', 'add', 'UNI', '--set', 'redirect_uri=x'],
        /redirect_uri: there is no such field; did you mean redirect_uris\?/,
      ],
      [1, ['client', 'show', 'nobody'], /no such client/],
      [2, ['client', 'add'], /client_id is missing/],
      [2, ['client', 'add', 'UNI', 'NIU'], /NIU is one word too many/],
      [2, ['client', 'add', 'UNI', '--colour', 'red'], /--colour/],
      [2, ['client', 'add', 'UNI', '--certificate', 'absent.pem'], /absent\.pem cannot be read \(ENOENT\)/],
      [2, ['client', 'update', 'UNI'], /nothing to change/],
      [2, ['client'], /client add/],
      [2, ['fly'], /no command fly/],
      [2, ['apply', 'absent.yaml'], /cannot be read/],
      [2, ['rollback', 'yesterday'], /a version is a number/],
    ] as [number, string[], RegExp][]) {
      const { code: got, err, out } = await esia(...words);
      assert.match(err, says);
      assert.deepEqual([got, out], [code, ''], words.join(' '));
    }
    assert.equal(JSON.parse((await esia('client', 'show', 'nobody', '--json')).out).error, 'client_not_found');
  });

  it('tells a wrong token, a wrong address and a silent one apart', async () => {
    const wrong = await run(['client', 'list'], { ESIA_URL: house.origin, ADMIN_TOKEN: 'x'.repeat(40) });
    assert.deepEqual([wrong.code, /ADMIN_TOKEN/.test(wrong.err)], [1, true]);
    const other = await run(['client', 'list'], { ESIA_URL: house.direct });
    assert.equal(other.code, 3);
    assert.ok(other.err.includes(house.origin), other.err);
    assert.equal((await run(['client', 'list'], { ESIA_URL: 'http://localhost:9' })).code, 3);
    const stranger = createServer((_, response) => response.end('<html>'));
    await new Promise<void>((listening) => stranger.listen(0, listening));
    const url = `http://localhost:${(stranger.address() as AddressInfo).port}`;
    const answer = await run(['client', 'list'], { ESIA_URL: url });
    assert.deepEqual([answer.code, /not as OpenESIA does/.test(answer.err)], [3, true]);
    stranger.close();
    const readable = await run(['client', 'list'], { ESIA_URL: 'http://id.example.org', ADMIN_TOKEN: 'x'.repeat(40) });
    assert.deepEqual([readable.code, /not https/.test(readable.err)], [2, true]);
  });

  it('A4: plans, applies and rolls back a file', async () => {
    file('uni.pem', certificate);
    const clients = (tier: string) => `
- client_id: UNI
  client_name: Университет
  minimum_tier: ${tier}
  esia:
    certificates: ['@uni.pem']
    redirect_hosts: [localhost:8080]
- client_id: BROKER
  redirect_uris: [https://broker.example/callback]
`;
    file('clients.yaml', clients('standard'));
    const planned = await esia('plan', 'clients.yaml');
    assert.match(
      planned.out,
      /\+ UNI\n[^]*minimum_tier: "standard"[^]*\+ BROKER[^]*2 to add, 0 to change, 0 to remove/,
    );
    assert.match((await esia('apply', 'clients.yaml')).out, /This is version \d+\.\n\nNew secrets[^]*BROKER {2}\S{43}/);
    assert.match((await esia('plan', 'clients.yaml')).out, /Nothing to do/);
    file(
      'clients.yaml',
      `prune: true\nclients:${clients('confirmed')
        .replace(/- client_id: BROKER[^]*/, '')
        .replaceAll('\n', '\n  ')}`,
    );
    const changed = await esia('plan', 'clients.yaml');
    assert.match(changed.out, /~ UNI\n {4}minimum_tier: "standard" → "confirmed"\n\n- BROKER\n/);
    assert.equal((await esia('apply', 'clients.yaml')).code, 0);
    const { versions } = JSON.parse((await esia('versions', '--json')).out);
    const first = String(versions.at(-1).version);
    assert.match((await esia('rollback', first, '--dry-run')).out, /\+ BROKER/);
    assert.equal((await esia('rollback', first)).code, 0);
    assert.match((await esia('versions')).out, /back to \d+/);
    assert.match((await esia('client', 'list')).out, /BROKER[^]*UNI +standard/);
  });

  it('A4: of two that apply the same plan at once one wins, and the other changes nothing', async () => {
    file('one.yaml', '- { client_id: SITE, client_name: One, redirect_uris: [https://a.example/] }');
    file('two.yaml', '- { client_id: SITE, client_name: Two, redirect_uris: [https://a.example/] }');
    const { tag } = JSON.parse((await esia('plan', 'one.yaml', '--json')).out);
    const both = await Promise.all(['one', 'two'].map((name) => esia('apply', `${name}.yaml`, '--tag', tag)));
    assert.deepEqual(
      both.map(({ code }) => code).sort((a, b) => a! - b!),
      [0, 1],
    );
    assert.match(both.find(({ code }) => code === 1)!.err, /somebody else changed it|somebody changed it/);
  });

  for (const [what, content, says] of [
    ['what is not YAML', '- [', /is not YAML/],
    ['a file without clients', 'sites: []', /there is no sites at the top/],
    ['a client without a name', '- client_name: X', /client 1 has no client_id/],
    [
      'a secret',
      '- { client_id: UNI, client_secret: x, redirect_uris: [https://a.example/] }',
      /does not belong in a file/,
    ],
    ['a mistyped member', '- { client_id: UNI, redirect_url: x }', /clients\.0\.redirect_url: there is no such field/],
  ] as const) {
    it(`refuses a file with ${what}`, async () => {
      const { code, err } = await esia('plan', file('clients.yaml', content));
      assert.notEqual(code, 0);
      assert.match(err, says);
    });
  }

  it('lists and rotates keys', async () => {
    assert.match((await esia('keys', 'list')).out, /ES256 +current[^]*RS256 +next/);
    const before = await send(house, '/.well-known/jwks.json');
    assert.match((await esia('keys', 'rotate')).out, /Rotated ES256 and RS256/);
    const again = await esia('keys', 'rotate');
    assert.deepEqual([again.code, /--force|"force"/.test(again.err)], [1, true]);
    assert.equal((await esia('keys', 'rotate', '--alg', 'ES256', '--force')).code, 0);
    assert.ok(before.json.keys.length === 4);
  });

  it('doctor finds all well, and names what is not', async () => {
    await Promise.all(house.all.map(({ live }) => live.refresh()));
    const well = await esia('doctor');
    assert.equal(well.code, 0, well.out);
    assert.match(well.out, /All is well/);
    house.clock.advance(3600_000);
    const late = await esia('doctor', '--json');
    house.clock.reset();
    assert.equal(late.code, 1);
    const finding = JSON.parse(late.out).findings.find(({ check }: { check: string }) => check === 'clock');
    assert.deepEqual([finding.ok, /3600 s ahead/.test(finding.says)], [false, true]);
    const silent = await run(['doctor'], { ESIA_URL: 'http://localhost:9' });
    assert.deepEqual([silent.code, /does not answer/.test(silent.out)], [1, true]);
  });

  function run(words: string[], environment: Record<string, string>) {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [cli, ...words], { cwd: folder, env: { PATH, HOME, ...environment } });
    const said = { code: null as number | null, out: '', err: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.err += chunk.toString()));
    return new Promise<typeof said>((told) => child.once('close', (code) => told({ ...said, code })));
  }
});
