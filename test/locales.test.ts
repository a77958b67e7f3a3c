import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { languages } from '#src/platform/i18n/translator.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const russian = read('ru');
const source = [...files('src', /\.ts$/), ...files('views', /\.ejs$/)]
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');

describe('locales', () => {
  it('exist in all seven languages', () => {
    const missing = languages.filter((language) => !existsSync(`${root}config/locales/${language}`));
    assert.deepEqual(missing, []);
  });

  for (const language of languages.filter((name) => existsSync(`${root}config/locales/${name}`))) {
    describe(language, () => {
      const messages = read(language);

      it('has the keys of the Russian catalogue', () => {
        assert.deepEqual(lacking(russian, messages), [], 'missing');
        assert.deepEqual(lacking(messages, russian), [], 'unknown');
      });

      it('has the same arguments and tags in every message', () => {
        for (const [key, message] of messages) {
          assert.deepEqual(
            describeMessage(message),
            describeMessage(russian.get(key) ?? message),
            `${language} ${key}`,
          );
        }
      });

      it('has every plural form that its numbers need', () => {
        const forms = new Intl.PluralRules([language, 'en']).resolvedOptions().pluralCategories;
        for (const [key, message] of messages) {
          for (const plural of plurals(parse(message, { ignoreTag: true }))) {
            assert.deepEqual(
              forms.filter((form) => !(form in plural)),
              [],
              `${language} ${key}`,
            );
          }
        }
      });

      it('is translated, not copied', () => {
        if (language === 'ru') return;
        const copied = [...messages].filter(
          ([key, message]) => /[а-яё]{4}/i.test(message) && message === russian.get(key),
        );
        // Neighbouring languages share a word now and then.
        assert.ok(copied.length <= 5, `same as Russian: ${copied.map(([key]) => key).join(', ')}`);
      });
    });
  }

  it('hold no text that nothing shows', () => {
    // A key may be put together: `rule.${code}`, `${page}.help`; and each view has its title.
    const heads = [...source.matchAll(/`([\w.-]+\.)\$\{/g)].map((match) => match[1]!);
    const tails = [...source.matchAll(/\}(\.[\w.-]+)[`$]/g)].map((match) => match[1]!);
    const titles = new Set(
      files('views', /\.ejs$/).map((file) => `${file.slice(file.lastIndexOf('/') + 1, -'.ejs'.length)}.title`),
    );
    const unused = [...russian.keys()].filter(
      (key) =>
        !['`', "'", '"'].some((quote) => source.includes(quote + key + quote)) &&
        !titles.has(key) &&
        !heads.some((head) => key.startsWith(head)) &&
        !tails.some((tail) => key.includes(tail)),
    );
    assert.deepEqual(unused, []);
  });

  it('hold every text that the code asks for', () => {
    const asked = [...source.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map((match) => match[1]!);
    assert.deepEqual(
      asked.filter((key) => !russian.has(key)),
      [],
    );
  });
});

function read(language: string): Map<string, string> {
  const areas = files(`config/locales/${language}`, /\.json$/).map((file) => JSON.parse(readFileSync(file, 'utf8')));
  return new Map(areas.flatMap((area) => Object.entries<string>(area)));
}

function files(folder: string, pattern: RegExp): string[] {
  const names = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => pattern.test(name)).map((name) => `${root}${folder}/${name.replaceAll('\\', '/')}`);
}

function lacking(all: Map<string, string>, some: Map<string, string>): string[] {
  return [...all.keys()].filter((key) => !some.has(key));
}

/** Arguments with their kinds and select words, and the tags that pages turn into links. */
function describeMessage(message: string): string[] {
  const tags = [...message.matchAll(/<\/?[a-z]+>/g)].map((match) => match[0]);
  return [...new Set([...describeElements(parse(message, { ignoreTag: true })), ...tags])].sort();
}

function describeElements(elements: MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    if (element.type === TYPE.literal || element.type === TYPE.pound) return [];
    const inner =
      'options' in element ? Object.values(element.options).flatMap(({ value }) => describeElements(value)) : [];
    const words = element.type === TYPE.select ? Object.keys(element.options).sort().join('|') : '';
    return [`${element.value}:${element.type}:${words}`, ...inner];
  });
}

function plurals(elements: MessageFormatElement[]): Record<string, unknown>[] {
  return elements.flatMap((element) => {
    if (!('options' in element)) return [];
    const inner = Object.values(element.options).flatMap(({ value }) => plurals(value));
    return element.type === TYPE.plural ? [element.options, ...inner] : inner;
  });
}
