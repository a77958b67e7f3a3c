import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxPeople } from '#src/sandbox/people.ts';
import { Browser } from '#test/support/browser.ts';
import { registerEsia, RETURN_URL, rsaSigner } from '#test/support/esia-client.ts';
import { drive, installFromNpm, installFromPyPi } from '#test/support/esia-libraries.ts';
import { House } from '#test/support/house.ts';
import { send } from '#test/support/protocol.ts';

const signer = rsaSigner();
const scope = 'openid fullname birthdate gender snils inn id_doc mobile email contacts';

/** Public client libraries as their registries have them, unmodified; only the address of ESIA is another one. */
describe('client libraries of ESIA, unmodified', function () {
  this.timeout(240_000);
  let house: House;
  let dir: string;

  before(async () => {
    house = await House.open();
    await new SandboxPeople(house.services).settle();
    await registerEsia(house, 'LIBRARY', { certificates: [signer.certificate] });
    dir = mkdtempSync(join(tmpdir(), 'openesia-libraries-'));
    writeFileSync(join(dir, 'client.pem'), signer.certificate);
    writeFileSync(join(dir, 'client.key'), signer.privateKey!);
    writeFileSync(join(dir, 'esia.pub'), (await send(house, '/public/esia.pub')).text);
  });
  after(async () => {
    await house.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Without a page: the sandbox signs the person in whom the address names. */
  async function comeBack(url: string): Promise<URL> {
    const view = await new Browser(house.origin).open(`${url}&sandbox_person=anna`);
    assert.ok(view.url.startsWith(RETURN_URL), `${view.url} ${view.html.slice(0, 500)}`);
    return new URL(view.url);
  }

  function settingsOfNpmEsia() {
    const keys = { certificate: signer.certificate, key: signer.privateKey };
    return JSON.stringify({ esiaUrl: house.origin, clientId: 'LIBRARY', redirectUri: RETURN_URL, scope, ...keys });
  }

  it('npm esia 0.2.3 (node-forge, attached CMS): authorize, token, person, contacts, documents', async function () {
    const folder = await installed(this, 'npm: esia', () => installFromNpm(['esia@0.2.3', 'passport-esia@0.0.5']));
    const { url } = await drive(process.execPath, 'npm-esia.cjs', ['start', folder, settingsOfNpmEsia()]);
    const code = (await comeBack(url as string)).searchParams.get('code')!;
    const found = await drive(process.execPath, 'npm-esia.cjs', ['finish', folder, settingsOfNpmEsia(), code]);
    assert.equal(typeof found.oid, 'number');
    isAnna(found);
  });

  it('PyPI esia-connector 0.16 (openssl smime, detached CMS): authorize, token and its check, person, contacts, documents, addresses', async function () {
    const wanted = ['esia-connector==0.16', 'PyJWT==1.7.1', 'requests', 'pytz', 'cryptography'];
    const folder = await installed(this, 'PyPI: esia-connector', () => installFromPyPi(wanted));
    const settings = JSON.stringify({
      esia_client_id: 'LIBRARY',
      redirect_uri: RETURN_URL,
      certificate_file: join(dir, 'client.pem'),
      private_key_file: join(dir, 'client.key'),
      esia_service_url: house.origin,
      esia_scope: scope,
      esia_token_check_key: join(dir, 'esia.pub'),
    });
    const { url } = await drive('python3', 'esia_connector_client.py', ['start', folder, settings]);
    const { searchParams: back } = await comeBack(url as string);
    const args = ['finish', folder, settings, back.get('code')!, back.get('state')!];
    const found = await drive('python3', 'esia_connector_client.py', args);
    isAnna(found);
    assert.equal(found.addresses.size, 0);
  });

  it('npm passport-esia 0.0.5 (signs the authorization, sends its client_secret at the token): authorize, token, person, contacts, documents', async function () {
    const folder = await installed(this, 'npm: passport-esia', () =>
      installFromNpm(['esia@0.2.3', 'passport-esia@0.0.5']),
    );
    const clientSecret = 'a-secret-of-the-passport-library';
    const metadata = { client_secret: clientSecret };
    await registerEsia(house, 'PASSPORT', { certificates: [signer.certificate] }, metadata);
    const settings = JSON.stringify({
      clientID: 'PASSPORT',
      clientSecret,
      callbackURL: RETURN_URL,
      scope,
      authorizationURL: `${house.origin}/aas/oauth2/ac`,
      tokenURL: `${house.origin}/aas/oauth2/te`,
      resourceURL: `${house.origin}/rs/prns`,
      key: signer.privateKey,
      certificate: signer.certificate,
    });
    const { url } = await drive(process.execPath, 'passport-esia.cjs', ['start', folder, settings]);
    const back = await comeBack(url as string);
    const user = await drive(process.execPath, 'passport-esia.cjs', ['finish', folder, settings, back.href]);
    assert.match(user.refreshToken as string, /^[0-9a-f-]{36}$/);
    isAnna(user);
  });
});

function isAnna({ person, contacts, documents }: Record<string, any>): void {
  assert.equal(person.lastName, 'Петрова');
  assert.equal(person.trusted, true);
  assert.deepEqual(contacts.elements.map(({ type }: { type: string }) => type).sort(), ['EML', 'MBT']);
  assert.equal(documents.elements[0].type, 'RF_PASSPORT');
  assert.equal(documents.elements[0].vrfStu, 'VERIFIED');
}

async function installed(test: Mocha.Context, name: string, install: () => Promise<string>): Promise<string> {
  try {
    return await install();
  } catch (error) {
    console.log(`      SKIPPED ${name}: it cannot be installed here (${String(error).split('\n')[0]!.slice(0, 120)})`);
    return test.skip();
  }
}
