import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { meanings } from '#src/protocols/esia/esia-error.ts';
import { SandboxPeople } from '#src/sandbox/people.ts';
import { House } from '#test/support/house.ts';

const guide = readFileSync(new URL('../../../docs/esia.md', import.meta.url), 'utf8');

/** What a reader would copy, in order: a key, the registration, the round. */
const commands = [...guide.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, block]) => block!).slice(0, 3);

describe('the guide for clients of ESIA', function () {
  this.timeout(240_000);
  let house: House;
  let dir: string;

  before(async () => {
    house = await House.open();
    await new SandboxPeople(house.services).settle();
    dir = mkdtempSync(join(tmpdir(), 'openesia-guide-'));
  });
  after(async () => {
    await house?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('C2: its commands, copied in order, lead from nothing but OpenSSL to the data of a person', async () => {
    let said = '';
    for (const command of commands)
      ({ stdout: said } = await promisify(execFile)(
        'sh',
        ['-c', command.replaceAll('http://localhost:3000', house.origin)],
        { cwd: dir },
      ));
    const person = JSON.parse(said) as Record<string, unknown>;
    assert.equal(person.lastName, 'Тестов');
    assert.match(String(person.birthDate), /^\d\d\.\d\d\.\d{4}$/);
  });

  it('C4: every code has its cause and what to do', () => {
    const rows = guide.split('\n').filter((line) => /^\| (`00\d{4}`(, )?)+ \|/.test(line));
    for (const row of rows) assert.equal(row.split(' | ').filter((cell) => cell.trim()).length, 3, row);
    const told = rows.flatMap((row) => [...row.matchAll(/`(00\d{4})`/g)].map(([, code]) => code));
    assert.deepEqual(told.toSorted(), [...Object.keys(meanings), '005011', '005013', '005029'].toSorted());
  });
});
