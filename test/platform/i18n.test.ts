import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { languageNames, languages, matchLanguage, Translations } from '#src/platform/i18n/translator.ts';

describe('translations', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'locales-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  it('joins the areas of a language', () => {
    write('ru/one.json', { hello: 'Привет, {name}' });
    write('ru/two.json', { bye: 'Пока' });
    const russian = Translations.load(dir).for('ru');
    assert.equal(russian.t('hello', { name: 'Анна' }), 'Привет, Анна');
    assert.equal(russian.t('bye'), 'Пока');
  });

  it('refuses a key written twice', () => {
    write('ru/one.json', { hello: 'Привет' });
    write('ru/two.json', { hello: 'Здравствуйте' });
    assert.throws(() => Translations.load(dir), /hello is used twice/);
  });

  it('shows Russian where another language has no text yet', () => {
    write('ru/one.json', { hello: 'Привет' });
    const kazakh = Translations.load(dir).for('kk');
    assert.equal(kazakh.t('hello'), 'Привет');
    assert.equal(kazakh.has('hello'), true);
    assert.equal(kazakh.has('nothing'), false);
  });

  it('stops at a key that nobody wrote, and in production shows the key', () => {
    assert.throws(() => Translations.load(dir).for('en').t('nothing'), /no text for nothing/);
    assert.equal(Translations.load(dir, { strict: false }).for('en').t('nothing'), 'nothing');
  });

  it('counts as each language counts, Tajik never by the rules of the machine', () => {
    const russian = '{n, plural, one {# день} few {# дня} many {# дней} other {# дня}}';
    write('ru/one.json', { days: russian });
    write('tg/one.json', { days: '{n, plural, one {як} other {# рӯз}}' });
    const translations = Translations.load(dir);
    const say = (n: number) => translations.for('ru').t('days', { n });
    assert.deepEqual([1, 3, 5, 21].map(say), ['1 день', '3 дня', '5 дней', '21 день']);
    assert.deepEqual(
      [1, 2, 21].map((n) => translations.for('tg').t('days', { n })),
      ['як', '2 рӯз', '21 рӯз'],
    );
  });

  it('leaves tags to the page', () => {
    write('ru/one.json', { agree: 'Принимаю <terms>условия</terms>' });
    assert.equal(Translations.load(dir).for('ru').t('agree'), 'Принимаю <terms>условия</terms>');
  });

  it('says a day in words and a moment with its time zone', () => {
    const russian = Translations.load(dir).for('ru');
    const at = new Date('2026-11-21T21:30:00Z');
    assert.equal(russian.date(at), '21 ноября 2026 г.');
    assert.match(russian.dateTime(at), /22 ноября 2026 г\. в 00:30 (GMT\+3|MSK)/);
    assert.match(russian.dateTime(at, 'Asia/Almaty'), /22 ноября 2026 г\. в 02:30 GMT\+5/);
    assert.equal(russian.number(1234.5), '1\u00a0234,5');
  });

  function write(file: string, messages: Record<string, string>): void {
    mkdirSync(join(dir, file, '..'), { recursive: true });
    writeFileSync(join(dir, file), JSON.stringify(messages));
  }
});

describe('languages', () => {
  it('are seven, each with its own name', () => {
    assert.equal(languages.length, 7);
    assert.deepEqual(Object.keys(languageNames).sort(), [...languages].sort());
  });

  it('are found by their BCP 47 tags, the first that we have', () => {
    assert.equal(matchLanguage(['kk-KZ']), 'kk');
    assert.equal(matchLanguage(['fr', 'uz-Latn', 'ru']), 'uz');
    assert.equal(matchLanguage(['EN_us']), 'en');
    assert.equal(matchLanguage(['fr', 'russian', '']), undefined);
  });
});
