import ejs from 'ejs';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Assets } from './assets.ts';
import { languageNames, languages, type Language, type Translations } from '../i18n/translator.ts';

export interface PageContext {
  language: Language;
  csrf: string;
  /** Where the language form comes back to. */
  path: string;
  /** On a first visit the languages are shown before anything else. */
  chooseLanguage: boolean;
  /** Who asks, inside an authorization request. */
  client?: { name: string; host: string; logoUri?: string; policyUri?: string; tosUri?: string };
  signedIn?: boolean;
  sandbox: boolean;
}

export interface PageRendererOptions {
  translations: Translations;
  assets: Assets;
  /** Keep compiled views; off while they are being written. */
  cache: boolean;
  service: { name: string; hotline: string; supportEmail: string };
}

/** Renders views/<view>.ejs and puts it into views/layouts/page.ejs, or the layout that the view asks for. */
export class PageRenderer {
  readonly #deps: PageRendererOptions;
  readonly #views = new Map<string, ejs.TemplateFunction>();

  constructor(deps: PageRendererOptions) {
    this.#deps = deps;
  }

  render(view: string, data: Record<string, unknown>, context: PageContext): string {
    const { translations, assets, service } = this.#deps;
    const translator = translations.for(context.language);
    const name = view.slice(view.lastIndexOf('/') + 1);
    const t = translator.t.bind(translator);
    const it: Record<string, unknown> = {
      ...data,
      ...context,
      client: context.client ?? data.client,
      errors: data.errors ?? {},
      values: data.values ?? {},
      t,
      translator,
      service,
      languages,
      languageNames,
      asset: assets.url.bind(assets),
      linked,
      mask,
      clock,
      // What a view tells its layout, besides its body.
      page: {
        name,
        title: data.title ?? t(`${name}.title`),
        wide: false,
        layout: 'page',
        scripts: new Set<string>(),
        sheets: new Set<string>(),
      },
    };
    it.body = this.#view(view)(it);
    const html = this.#view(`layouts/${(it.page as { layout: string }).layout}`)(it);
    return html.replaceAll(/\n\s*\n/g, '\n');
  }

  #view(name: string): ejs.TemplateFunction {
    const known = this.#views.get(name);
    if (known) return known;
    const filename = `${folder}${name}.ejs`;
    const { cache } = this.#deps;
    const options = {
      filename,
      cache,
      views: [folder],
      strict: true,
      _with: false,
      localsName: 'it',
      rmWhitespace: true,
    };
    const view = ejs.compile(readFileSync(filename, 'utf8'), options);
    if (cache) this.#views.set(name, view);
    return view;
  }
}

const folder = fileURLToPath(new URL('../../../views/', import.meta.url));

/** Splits `I accept the <terms>Terms of Use</terms>` into plain and linked parts; a tag without an address stays words. */
function linked(text: string, links: Record<string, string | undefined>): { text: string; href?: string }[] {
  const parts: { text: string; href?: string }[] = [];
  let end = 0;
  for (const match of text.matchAll(/<([a-z]+)>(.*?)<\/\1>/g)) {
    parts.push({ text: text.slice(end, match.index) }, { text: match[2]!, href: links[match[1]!] });
    end = match.index + match[0].length;
  }
  return [...parts, { text: text.slice(end) }].filter((part) => part.text !== '');
}

/** `4510 123456` becomes `•••• ••••56`: the shape stays, and enough to recognise it. */
function mask(value: string): string {
  const shown = value.slice(-2);
  return value.slice(0, -2).replaceAll(/[\p{L}\p{N}]/gu, '•') + shown;
}

/** Minutes and seconds of a countdown: `4:59`. */
function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
