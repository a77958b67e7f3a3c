import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Holder {
  surname: string;
  givenName: string;
  snils: string;
}

/** Whether this machine can play an authority; where not, the suites that need one are skipped. */
export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A certification authority in a folder, with the layout that ESIGN_AUTHORITIES expects, and holders who sign. */
export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'openesia-authority-'));
  #count = 0;

  constructor() {
    for (const part of ['roots', 'intermediates', 'crls']) mkdirSync(join(this.folder, part));
    writeFileSync(this.#path('index.txt'), '');
    writeFileSync(this.#path('ca.cnf'), configuration(this.folder));
    this.#openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650', '-subj', '/CN=Root', '-sha256',
      '-keyout', this.#path('root.key'), '-out', this.#path('roots/root.pem'), '-config', this.#path('ca.cnf'), '-extensions', 'root'); // prettier-ignore
    this.publish();
  }

  /** The list of revoked certificates, as of now. */
  publish(): void {
    this.#openssl('ca', '-config', this.#path('ca.cnf'), '-gencrl', '-out', this.#path('crl.pem'));
    this.#openssl('crl', '-in', this.#path('crl.pem'), '-outform', 'DER', '-out', this.#path('crls/root.crl'));
  }

  issue({ surname, givenName, snils }: Holder): string {
    const name = `holder${++this.#count}`;
    const subject = `/CN=${surname} ${givenName}/SN=${surname}/GN=${givenName}/SNILS=${snils}`;
    this.#openssl('req', '-newkey', 'rsa:2048', '-nodes', '-utf8', '-subj', subject, '-keyout', this.#path(`${name}.key`),
      '-out', this.#path(`${name}.csr`), '-config', this.#path('ca.cnf')); // prettier-ignore
    this.#openssl('ca', '-batch', '-config', this.#path('ca.cnf'), '-in', this.#path(`${name}.csr`), '-out', this.#path(`${name}.pem`),
      '-days', '365', '-extensions', 'holder', '-notext', '-utf8'); // prettier-ignore
    return name;
  }

  revoke(holder: string): void {
    this.#openssl('ca', '-config', this.#path('ca.cnf'), '-revoke', this.#path(`${holder}.pem`));
    this.publish();
  }

  /** A detached signature in base64, as signing programs write it. */
  sign(holder: string, text: string): string {
    writeFileSync(this.#path('text'), text);
    this.#openssl('cms', '-sign', '-binary', '-in', this.#path('text'), '-signer', this.#path(`${holder}.pem`),
      '-inkey', this.#path(`${holder}.key`), '-outform', 'DER', '-out', this.#path('signature'), '-md', 'sha256'); // prettier-ignore
    return readFileSync(this.#path('signature'))
      .toString('base64')
      .replace(/(.{64})/g, '$1\n');
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #path(name: string): string {
    return join(this.folder, name);
  }

  #openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}

function configuration(folder: string): string {
  return `[req]
distinguished_name = any
string_mask = utf8only
[any]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[holder]
keyUsage = critical,digitalSignature,nonRepudiation
authorityKeyIdentifier = keyid
[ca]
default_ca = own
[own]
database = ${folder}/index.txt
new_certs_dir = ${folder}
certificate = ${folder}/roots/root.pem
private_key = ${folder}/root.key
rand_serial = yes
default_md = sha256
default_crl_days = 30
policy = all
unique_subject = no
preserve = yes
[all]
commonName = supplied
surname = supplied
givenName = supplied
SNILS = supplied
`;
}
