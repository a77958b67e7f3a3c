import assert from 'node:assert/strict';
import { PasswordPolicy } from '#src/identity/credentials/password-policy.ts';
import { passwordTable, veraFacts } from '#test/support/password-table.ts';

const policy = new PasswordPolicy({ policy: 'composition' });
const lengthFirst = new PasswordPolicy({ policy: 'length-first' });

describe('the password policy', () => {
  it('C1, P1: gives the same verdict and reason for each of the table, whoever asks', () => {
    assert.ok(passwordTable.length >= 40);
    for (const [password, broken] of passwordTable) {
      const found = policy
        .check(password, veraFacts)
        .filter(({ ok }) => !ok)
        .map(({ code }) => code);
      assert.deepEqual(found, broken, JSON.stringify(password));
      assert.equal(policy.accepts(password, veraFacts), broken.length === 0);
    }
  });

  it('P1: length-first asks for length alone, and still refuses what can be guessed', () => {
    assert.ok(lengthFirst.accepts('seven lazy otters sing', veraFacts));
    assert.ok(!lengthFirst.accepts('seven lazy ott', veraFacts));
    assert.ok(!lengthFirst.accepts('soloveva is my other name', veraFacts));
    assert.ok(!lengthFirst.accepts('семь ленивых выдр поют', veraFacts));
  });

  it('C2: what is personal to one is fine for another', () => {
    const other = { names: ['Петрова', 'Анна'], phones: [], emails: [] };
    for (const password of ['Vera-Lucky-52', 'Zhmukl-12041990', 'Zhmukl-345-67-89x'])
      assert.ok(policy.accepts(password, other), password);
  });

  it('C2: short names and initials do not forbid half of all passwords', () => {
    const li = { names: ['Ли', 'Я'], phones: [], emails: ['l@example.test'] };
    assert.ok(policy.accepts('Lively-Yard-52', li));
  });

  it('C1: judges a long text quickly', () => {
    const startedAt = performance.now();
    for (let i = 0; i < 200; i++) policy.check('(((((aA1-'.repeat(15), veraFacts);
    assert.ok(performance.now() - startedAt < 1000);
  });

  it('P4: what it suggests it accepts, for everybody, and never suggests twice', () => {
    const kim = { names: ['Ким', 'Ян', 'Эля'], phones: ['+79123456789'], emails: ['kim@example.test'] };
    for (const judge of [policy, lengthFirst]) {
      const suggested = Array.from({ length: 500 }, () => judge.suggest(kim));
      assert.equal(new Set(suggested).size, 500);
      for (const password of suggested) {
        assert.match(password, /^([A-HJ-NP-Za-km-z2-9]{4}-){3}[A-HJ-NP-Za-km-z2-9]{4}$/);
        assert.ok(judge.accepts(password, kim), password);
      }
    }
  });
});
