import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '#src/platform/errors.ts';
import { readSecret, type Config } from '#src/platform/config/config.ts';

export interface MasterKey {
  /** Written beside every encrypted cell, so that keys can be changed while old cells still open. */
  id: string;
  key: Buffer;
}

export interface Secrets {
  /** The first one encrypts, signs cookies and forms; the others only read. */
  masterKeys: MasterKey[];
  indexKey: Buffer;
  /** Initial access token for client registration (RFC 7591); undefined: registration closed, or open in the sandbox. */
  registrationToken: string | undefined;
  metricsToken: string | undefined;
  /** What the registry knows us by. */
  registryToken?: string;
  /** Bearer token of the admin API; undefined: the API is absent, or in the sandbox the word `sandbox` opens it. */
  adminToken: string | undefined;
}

/** `generated` secrets are made once in the data folder, for the sandbox only. */
export function loadSecrets(config: Config): Secrets {
  const master = readSecret('MASTER_KEY');
  const index = readSecret('INDEX_KEY');
  const problems: string[] = [];
  const generated = config.production ? undefined : sandboxSecrets(config.storage.dataDir);

  const masterKeys = parseMasterKeys(master ?? generated?.masterKey, problems);
  const indexKey = parseKey('INDEX_KEY', index ?? generated?.indexKey, problems);
  const registrationToken = readSecret('REGISTRATION_TOKEN');
  if (registrationToken !== undefined && registrationToken.length < 32) {
    problems.push('REGISTRATION_TOKEN is too short; write 32 or more characters: openssl rand -base64 32');
  }
  const adminToken = readSecret('ADMIN_TOKEN');
  if (adminToken !== undefined && (adminToken.length < 32 || new Set(adminToken).size < 8 || /\s/.test(adminToken))) {
    problems.push('ADMIN_TOKEN is too weak; write 32 or more random characters: openssl rand -base64 32');
  }
  if (config.production && masterKeys.some(({ key }) => key.equals(indexKey))) {
    problems.push('MASTER_KEY and INDEX_KEY are equal; make each with: openssl rand -base64 32');
  }
  if (problems.length > 0) throw new ConfigurationError(problems);
  return {
    masterKeys,
    indexKey,
    registrationToken,
    metricsToken: readSecret('METRICS_TOKEN'),
    adminToken,
    registryToken: readSecret('REGISTRY_TOKEN'),
  };
}

/** `id:base64,id:base64`, newest first; a lone key without an id is called k1. */
function parseMasterKeys(text: string | undefined, problems: string[]): MasterKey[] {
  const parts = (text ?? '').split(',').map((part) => part.trim());
  return parts.map((part) => {
    const [, id = 'k1', key] = /^(?:([A-Za-z0-9_-]{1,16}):)?(.*)$/s.exec(part) ?? [];
    return { id, key: parseKey('MASTER_KEY', key, problems) };
  });
}

function parseKey(name: string, text: string | undefined, problems: string[]): Buffer {
  const key = Buffer.from(text ?? '', 'base64');
  if (!text) problems.push(`${name} is missing; make one with: openssl rand -base64 32`);
  else if (key.length < 32) problems.push(`${name} is shorter than 32 bytes; make one with: openssl rand -base64 32`);
  else if (isExample(key)) problems.push(`${name} is an example value; make your own with: openssl rand -base64 32`);
  return key;
}

function isExample(key: Buffer): boolean {
  return new Set(key).size < 8 || /example|changeme|secret|password/i.test(key.toString('latin1'));
}

function sandboxSecrets(dataDir: string): { masterKey: string; indexKey: string } {
  const file = join(dataDir, 'sandbox-secrets.json');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  try {
    const fresh = { masterKey: randomBytes(32).toString('base64'), indexKey: randomBytes(32).toString('base64') };
    writeFileSync(file, `${JSON.stringify(fresh, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
    return fresh;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return JSON.parse(readFileSync(file, 'utf8')) as { masterKey: string; indexKey: string };
  }
}
