import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError } from '#src/platform/errors.ts';
import { loadConfig } from '#src/platform/config/config.ts';
import { loadSecrets } from '#src/platform/config/secrets.ts';

const good = {
  ISSUER: 'https://id.example.org',
  DATABASE_URL: 'postgres://esia@db/esia',
  SMTP_URL: 'smtp://mail.example.org',
  SMS_URL: 'smpp://id:pw@gateway.example.org',
  REGISTRY_URL: 'https://registry.example.org',
  MASTER_KEY: `k1:${Buffer.from(Array.from({ length: 32 }, (_, i) => i * 7)).toString('base64')}`,
  INDEX_KEY: Buffer.from(Array.from({ length: 32 }, (_, i) => 255 - i * 3)).toString('base64'),
};

describe('configuration', () => {
  let dir: string;
  let before_: NodeJS.ProcessEnv;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'openesia-config-'));
    before_ = { ...process.env };
    for (const name of [
      ...Object.keys(good),
      'SANDBOX',
      'PORT',
      'DATA_DIR',
      'REDIS_URL',
      'LOG_LEVEL',
      'REGISTRATION_TOKEN',
      'ADMIN_TOKEN',
    ])
      delete process.env[name];
  });
  afterEach(() => {
    process.env = before_;
    rmSync(dir, { recursive: true, force: true });
  });

  it('needs nothing for a first try: sandbox on, issuer from the port', () => {
    process.env.PORT = '3210';
    const config = loadConfig('development');
    assert.equal(config.issuer, 'http://localhost:3210');
    assert.equal(config.sandbox, true);
    assert.ok(Object.isFrozen(config) && Object.isFrozen(config.http));
  });

  it('makes secrets for the sandbox once, readable by nobody else', () => {
    process.env.DATA_DIR = dir;
    const first = loadSecrets(loadConfig('development'));
    const second = loadSecrets(loadConfig('development'));
    assert.deepEqual(first.masterKeys, second.masterKeys);
    assert.equal(statSync(join(dir, 'sandbox-secrets.json')).mode & 0o077, 0);
    assert.ok(readFileSync(join(dir, 'sandbox-secrets.json'), 'utf8').includes('masterKey'));
  });

  it('starts in production when everything is given', () => {
    Object.assign(process.env, good);
    const config = loadConfig('production');
    assert.equal(config.production, true);
    assert.equal(config.sandbox, false);
    assert.equal(loadSecrets(config).masterKeys[0]!.id, 'k1');
  });

  it('a production start with the simulated registry is refused unless a setting says so', () => {
    Object.assign(process.env, good);
    delete process.env.REGISTRY_URL;
    assert.match(caught(() => loadConfig('production')).problems.join(), /REGISTRY_URL/);
    process.env.REGISTRY_SIMULATOR = 'on';
    assert.equal(loadConfig('production').registry.simulatorInProduction, true);
  });

  it('O3: a bare production start is refused, everything said at once, each with what to write', () => {
    const { problems } = caught(() => loadConfig('production'));
    for (const name of ['ISSUER', 'DATABASE_URL', 'SMTP_URL', 'SMS_URL', 'REGISTRY_URL']) {
      assert.ok(
        problems.some((problem) => problem.includes(name)),
        name,
      );
    }
    assert.ok(problems.some((problem) => problem.includes('postgres://')));
  });

  const refusals: [string, Record<string, string>, RegExp][] = [
    ['sandbox features', { SANDBOX: 'on' }, /SANDBOX=off/],
    ['an http issuer', { ISSUER: 'http://id.example.org' }, /https:\/\/id\.example\.org/],
    ['an issuer with a path', { ISSUER: 'https://id.example.org/esia' }, /scheme and host alone/],
    ['an issuer that is no address', { ISSUER: 'esia' }, /ISSUER is not a URL/],
    ['another database', { DATABASE_URL: 'mysql://db/esia' }, /postgres:\/\//],
    ['a Redis that is none', { REDIS_URL: 'cache:6379' }, /redis:\/\/host:6379/],
    ['a missing master key', { MASTER_KEY: '' }, /MASTER_KEY is missing.*openssl rand -base64 32/],
    ['a short key', { INDEX_KEY: Buffer.alloc(16, 'abcdefgh').toString('base64') }, /INDEX_KEY is shorter/],
    [
      'an example key',
      { MASTER_KEY: Buffer.from('changeme-changeme-changeme-change').toString('base64') },
      /MASTER_KEY is an example/,
    ],
    ['equal keys', { INDEX_KEY: good.MASTER_KEY.slice(3) }, /are equal/],
    ['a short registration token', { REGISTRATION_TOKEN: 'abc' }, /REGISTRATION_TOKEN is too short/],
    ['a short admin token', { ADMIN_TOKEN: 'sandbox' }, /ADMIN_TOKEN is too weak.*openssl rand -base64 32/],
    ['an admin token of one letter', { ADMIN_TOKEN: 'a'.repeat(40) }, /ADMIN_TOKEN is too weak/],
  ];
  for (const [what, environment, expected] of refusals) {
    it(`O3: refuses ${what} in production and says what to write`, () => {
      Object.assign(process.env, good, environment);
      const { problems } = caught(() => loadSecrets(loadConfig('production')));
      assert.match(problems.join('\n'), expected);
    });
  }

  it('O3: an unknown or senseless setting is named', () => {
    assert.match(caught(() => loadConfig('development', { http: { prot: 1 } as never })).message, /http\.prot/);
    assert.match(
      caught(() => loadConfig('development', { passwords: { argon2MemoryKiB: 64 } })).message,
      /passwords\.argon2MemoryKiB/,
    );
  });

  it('C1: passwords are hashed with 19 MiB and two passes, or more, wherever it is not a test', () => {
    const { argon2MemoryKiB, argon2Passes } = loadConfig('development').passwords;
    assert.deepEqual([argon2MemoryKiB, argon2Passes], [19456, 2]);
    for (const passwords of [{ argon2MemoryKiB: 19455 }, { argon2Passes: 1 }])
      assert.match(caught(() => loadConfig('development', { passwords })).message, /too small to protect passwords/);
  });

  it('O3: a key file that others can read is refused', () => {
    const file = join(dir, 'key');
    writeFileSync(file, good.MASTER_KEY, { mode: 0o644 });
    Object.assign(process.env, good, { MASTER_KEY: '', MASTER_KEY_FILE: file });
    assert.match(caught(() => loadSecrets(loadConfig('production'))).message, /chmod 600/);
    delete process.env.MASTER_KEY_FILE;
  });
});

function caught(work: () => unknown): ConfigurationError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'nothing was refused' });
}
