import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { IntlMessageFormat } from 'intl-messageformat';

export const languages = ['ru', 'en', 'hy', 'kk', 'ky', 'tg', 'uz'] as const;
export type Language = (typeof languages)[number];

/** Each language in its own name, as the chooser shows it. */
export const languageNames: Record<Language, string> = {
  ru: 'Русский',
  en: 'English',
  hy: 'Հայերեն',
  kk: 'Қазақша',
  ky: 'Кыргызча',
  tg: 'Тоҷикӣ',
  uz: 'Oʻzbekcha',
};

type MessageArguments = Record<string, string | number>;

export interface Translator {
  readonly language: Language;
  t(key: string, args?: MessageArguments): string;
  has(key: string): boolean;
  /** With the time zone said; Moscow time unless another zone is asked for. */
  dateTime(at: Date, timeZone?: string): string;
  /** A calendar day; read in UTC, so that a birth date is the same everywhere. */
  date(at: Date, timeZone?: string): string;
  number(n: number): string;
}

/** Every text a person reads, from `<dir>/<language>/<area>.json`, each message in ICU syntax. */
export class Translations {
  readonly #translators = new Map<Language, Translator>();
  readonly #read: (language: Language) => Translator;

  private constructor(read: (language: Language) => Translator) {
    this.#read = read;
  }

  /**
   * Russian is the source: what another language lacks is shown in Russian. A key that Russian lacks too is a mistake
   * of ours: it throws when `strict`, and is shown as it is otherwise.
   */
  static load(dir: string, { strict = true } = {}): Translations {
    const source = new Catalogue('ru', readCatalogue(dir, 'ru'), strict);
    const translations = new Translations(
      (language) => new Catalogue(language, readCatalogue(dir, language), strict, source),
    );
    translations.#translators.set('ru', source);
    return translations;
  }

  /** A language is read when somebody speaks it. */
  for(language: Language): Translator {
    let translator = this.#translators.get(language);
    if (!translator) this.#translators.set(language, (translator = this.#read(language)));
    return translator;
  }
}

/** The first of the wanted BCP 47 tags (`kk-KZ`, `uz-Latn`) that is one of ours. */
export function matchLanguage(tags: string[]): Language | undefined {
  for (const tag of tags) {
    const primary = tag.trim().toLowerCase().split(/[-_]/, 1)[0];
    const language = languages.find((known) => known === primary);
    if (language) return language;
  }
  return undefined;
}

class Catalogue implements Translator {
  readonly language: Language;
  readonly #locales: string[];
  readonly #messages: Map<string, string>;
  readonly #compiled = new Map<string, IntlMessageFormat>();
  readonly #formats = new Map<string, Intl.DateTimeFormat>();
  readonly #strict: boolean;
  readonly #source: Translator | undefined;

  constructor(language: Language, messages: Map<string, string>, strict: boolean, source?: Translator) {
    this.language = language;
    // Intl has no Tajik plural rules and would fall back to those of the process locale.
    this.#locales = language === 'tg' ? ['tg', 'en'] : [language];
    this.#messages = messages;
    this.#strict = strict;
    this.#source = source;
  }

  t(key: string, args?: MessageArguments): string {
    const message = this.#messages.get(key);
    if (message === undefined) return this.#missing(key, args);
    let format = this.#compiled.get(key);
    if (!format) {
      format = new IntlMessageFormat(message, this.#locales, undefined, { ignoreTag: true });
      this.#compiled.set(key, format);
    }
    return String(format.format(args));
  }

  has(key: string): boolean {
    return this.#messages.has(key) || (this.#source?.has(key) ?? false);
  }

  dateTime(at: Date, timeZone = 'Europe/Moscow'): string {
    return this.#format({ ...day, hour: '2-digit', minute: '2-digit', timeZone, timeZoneName: 'short' }).format(at);
  }

  date(at: Date, timeZone = 'UTC'): string {
    return this.#format({ ...day, timeZone }).format(at);
  }

  number(n: number): string {
    return n.toLocaleString(this.#locales);
  }

  #missing(key: string, args?: MessageArguments): string {
    if (this.#source) return this.#source.t(key, args);
    if (this.#strict) throw new Error(`no text for ${key}`);
    return key;
  }

  #format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const name = JSON.stringify(options);
    const format = this.#formats.get(name) ?? new Intl.DateTimeFormat(this.#locales, options);
    this.#formats.set(name, format);
    return format;
  }
}

const day = { day: 'numeric', month: 'long', year: 'numeric' } as const;

function readCatalogue(dir: string, language: Language): Map<string, string> {
  const messages = new Map<string, string>();
  for (const file of listAreas(join(dir, language))) {
    const area: Record<string, string> = JSON.parse(readFileSync(join(dir, language, file), 'utf8'));
    for (const [key, message] of Object.entries(area)) {
      if (messages.has(key)) throw new Error(`${language}/${file}: the key ${key} is used twice`);
      messages.set(key, message);
    }
  }
  return messages;
}

function listAreas(dir: string): string[] {
  try {
    return readdirSync(dir).filter((file) => file.endsWith('.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
