import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { asCurl } from '#src/web/developer/as-curl.ts';

const logged = { reference: '1A2B3C4D', at: new Date(0), outcome: 'refused', findings: {} } as const;
const issuer = 'http://localhost:3000';

describe('C5: a logged request as a command', () => {
  it('is what came, by GET or POST', () => {
    const parameters = { client_id: 'PORTAL', client_secret: 'MIIFfg… (1880)' };
    const asked = asCurl({ ...logged, method: 'GET', path: '/aas/oauth2/ac', parameters }, issuer);
    const words = ["'http://localhost:3000/aas/oauth2/ac'", "--data-urlencode 'client_id=PORTAL'"];
    assert.equal(asked, ['curl -i -G', ...words, "--data-urlencode 'client_secret=MIIFfg… (1880)'"].join(' \\\n  '));
    assert.match(asCurl({ ...logged, method: 'POST', path: '/aas/oauth2/te', parameters }, issuer), /^curl -i \\/);
    assert.match(asCurl({ ...logged, method: 'GET', path: '/rs/prns/1', parameters: {} }, issuer), /Bearer …/);
  });

  it('hands a shell each value as one word, whatever a stranger put into it', () => {
    const hostile = `it's $(id) \`id\` "x" ; \\ \n end`;
    const path = '/aas/oauth2/ac';
    const command = asCurl({ ...logged, method: 'GET', path, parameters: { state: hostile } }, issuer);
    const words = execFileSync('sh', ['-c', `curl() { printf '%s\\0' "$@"; }; ${command}`], { encoding: 'utf8' });
    assert.deepEqual(words.split('\0').slice(2, -1), [`${issuer}${path}`, '--data-urlencode', `state=${hostile}`]);
  });
});
