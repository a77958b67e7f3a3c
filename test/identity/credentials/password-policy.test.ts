import assert from 'node:assert/strict';
import { PasswordPolicy, type PasswordRule, type PersonalFacts } from '#src/identity/credentials/password-policy.ts';

const policy = new PasswordPolicy({ policy: 'composition' });
const lengthFirst = new PasswordPolicy({ policy: 'length-first' });

const vera: PersonalFacts = {
  names: ['Соловьёва-Юнг', 'Вера'],
  birthdate: '1990-04-12',
  phones: ['+79123456789'],
  emails: ['vera.yung77@example.test'],
  snils: '11223344595',
};

/** What is typed, and the rules it breaks. The same table holds at every door. */
export const passwordTable: [string, PasswordRule[]][] = [
  ['Quiet-Harbour-52', []],
  ['aB3!kfmw', []],
  ['  Spaces belong 2 it! ', []],
  ['correct Horse battery staple 9.', []],
  [`A1-${'kfmw29 xe'.repeat(14)}`.slice(0, 128), []],
  ['Quote\'"Back\\slash-52', []],
  ['<Zhmukl>&amp;52', []],
  ['%20Zhmukl%00-52', []],
  ['Borshch-Overcoat-7', []],
  ['Prologue-Kens-71', []],
  ['aB3!kfm', ['length']],
  [`A1-${'kfmw29 xe'.repeat(15)}`.slice(0, 129), ['length']],
  ['quiet-harbour-52', ['upper']],
  ['QUIET-HARBOUR-52', ['lower']],
  ['Quiet-Harbour-xx', ['digit']],
  ['QuietHarbour52', ['punctuation']],
  ['Quiet Harbour 52', ['punctuation']],
  ['Quiet-Hаrbour-52', ['ascii']],
  ['Quiet-Härbour-52', ['ascii']],
  ['Quiet-Harbour-52\u00a0', ['ascii']],
  ['Quiet-Harbour-52\n', ['ascii']],
  ['Quiet-Harbour-52\u0000', ['ascii']],
  ['Тихая-Гавань-52', ['upper', 'lower', 'ascii']],
  ['Vera-Lucky-52', ['personal']],
  ['xSolovyova!83', ['personal']],
  ['xSolovieva!83', ['personal']],
  ['xSoloveva!83', ['personal']],
  ['Zhmukl-Yung!83', ['personal']],
  ['Zhmukl-Iung!83', ['personal']],
  ['Cjkjdm`df-83', ['personal']],
  ['Zhmukl-3456789', ['personal', 'sequence']],
  ['Zhmukl-345-67-89x', ['personal']],
  ['Zhmukl-12041990', ['personal']],
  ['Zhmukl-12.04.90', ['personal']],
  ['Zhmukl-1990-04-12', ['personal']],
  ['Zhmukl-112-233-445', ['personal']],
  ['Password-1', ['common']],
  ['P@ssw0rd!', ['common']],
  ['P4$$w0rd-77', ['common']],
  ['1qaz2WSX!', ['common']],
  ['Gosuslugi-1!', ['common']],
  ['MyG0suslugi!8', ['common']],
  ['OpenESIA-77', ['common']],
  ['Gfhjkm-97!', ['common']],
  ['Parol-2041', ['common']],
  ['xxQwer-97!', ['sequence']],
  ['Zhmukl-Rewq9', ['sequence']],
  ['Zhmukl-1234', ['sequence']],
  ['Zhmukl-9876', ['sequence']],
  ['Zhmukl-Ycuk7', ['sequence']],
  ['Zhmukl-7777', ['sequence']],
  ['Zhmukl-Abcd7', ['sequence']],
  ['', ['length', 'upper', 'lower', 'digit', 'punctuation']],
];

describe('the password policy', () => {
  it('C1, P1: gives the same verdict and reason for each of the table, whoever asks', () => {
    assert.ok(passwordTable.length >= 40);
    for (const [password, broken] of passwordTable) {
      const found = policy
        .check(password, vera)
        .filter(({ ok }) => !ok)
        .map(({ code }) => code);
      assert.deepEqual(found, broken, JSON.stringify(password));
      assert.equal(policy.accepts(password, vera), broken.length === 0);
    }
  });

  it('P1: length-first asks for length alone, and still refuses what can be guessed', () => {
    assert.ok(lengthFirst.accepts('seven lazy otters sing', vera));
    assert.ok(!lengthFirst.accepts('seven lazy ott', vera));
    assert.ok(!lengthFirst.accepts('soloveva is my other name', vera));
    assert.ok(!lengthFirst.accepts('семь ленивых выдр поют', vera));
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
    for (let i = 0; i < 200; i++) policy.check('(((((aA1-'.repeat(15), vera);
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
