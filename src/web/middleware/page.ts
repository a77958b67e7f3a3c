import type { Context } from 'koa';
import Tokens from 'csrf';
import type { Config } from '#src/platform/config/config.ts';
import {
  languages,
  matchLanguage,
  type Language,
  type Translations,
  type Translator,
} from '#src/platform/i18n/translator.ts';
import type { PageContext, PageRenderer } from '#src/platform/pages/page-renderer.ts';
import { newToken } from '#src/platform/security/random.ts';

export type ClientBanner = NonNullable<PageContext['client']>;

const YEAR_MS = 365 * 86_400_000;
const tokens = new Tokens();

interface PagesDeps {
  config: Pick<Config, 'issuer' | 'service' | 'sandbox'>;
  renderer: PageRenderer;
  translations: Translations;
}

/** The person's side of a request: their browser, their language, and the page they get. */
export class Pages {
  readonly #deps: PagesDeps;
  readonly #browserCookie: string;
  readonly #secure: boolean;

  constructor(deps: PagesDeps) {
    this.#deps = deps;
    this.#secure = deps.config.issuer.startsWith('https:');
    this.#browserCookie = `${this.#secure ? '__Host-' : ''}browser`;
  }

  of(ctx: Context): Page {
    const state = ctx.state as { page?: Page };
    return (state.page ??= new Page(ctx, this));
  }

  get deps(): PagesDeps {
    return this.#deps;
  }

  /** A random secret of this browser: what codes, journeys and forms are bound to. */
  browserOf(ctx: Context): string {
    const known = ctx.cookies.get(this.#browserCookie, { signed: true });
    if (known) return known;
    const fresh = newToken();
    ctx.cookies.set(this.#browserCookie, fresh, { ...this.cookie, maxAge: YEAR_MS });
    return fresh;
  }

  /**
   * What only this browser can know. Inside a client's request also the signature of that request's own cookie: tabs that
   * a new browser opens at once overwrite each other's browser secret, and must all be able to finish.
   */
  formSecretsOf(ctx: Context): string[] {
    const isInteraction = ctx.cookies.get('interaction', { signed: true }) !== undefined;
    const secrets = [
      ctx.cookies.get(this.#browserCookie, { signed: true }),
      isInteraction && ctx.cookies.get('interaction.sig'),
    ];
    return secrets.filter((secret) => typeof secret === 'string');
  }

  /** One token for each secret; a form is ours if any of them fits. */
  formTokenFor(ctx: Context): string {
    const secrets = new Set([this.of(ctx).browser, ...this.formSecretsOf(ctx)]);
    return [...secrets].map((secret) => tokens.create(secret)).join('.');
  }

  get cookie() {
    return { httpOnly: true, sameSite: 'lax', secure: this.#secure, signed: true, overwrite: true, path: '/' } as const;
  }
}

export class Page {
  readonly #ctx: Context;
  readonly #pages: Pages;
  #browser: string | undefined;
  #language: { language: Language; isChosen: boolean } | undefined;
  /** Who asks, inside a client's request. */
  client: ClientBanner | undefined;
  isSignedIn = false;

  constructor(ctx: Context, pages: Pages) {
    this.#ctx = ctx;
    this.#pages = pages;
  }

  get browser(): string {
    return (this.#browser ??= this.#pages.browserOf(this.#ctx));
  }

  get address(): string {
    return this.#ctx.state.address as string;
  }

  get language(): Language {
    return this.#resolveLanguage().language;
  }

  get translator(): Translator {
    return this.#pages.deps.translations.for(this.language);
  }

  t(key: string, args?: Record<string, string | number>): string {
    return this.translator.t(key, args);
  }

  /** What a client or the account asks for; a choice made by the person on this very journey is stronger. */
  preferLanguage(tags: string[], isChosen = true): void {
    const chosenHere = this.#ctx.cookies.get('language_here', { signed: true });
    const wanted = matchLanguage(tags);
    if (wanted && !chosenHere)
      this.#language = { language: wanted, isChosen: isChosen || this.#resolveLanguage().isChosen };
  }

  /** Answers with a page. 422 for a form that must be corrected, the typed values kept. */
  async show(view: string, data: Record<string, unknown> = {}, status = 200): Promise<void> {
    const { renderer, config } = this.#pages.deps;
    const { language, isChosen } = this.#resolveLanguage();
    const html = renderer.render(view, data, {
      language,
      csrf: this.#pages.formTokenFor(this.#ctx),
      path: this.#ctx.method === 'GET' ? pathWithRequest(this.#ctx) : pathOfReferer(this.#ctx),
      chooseLanguage: !isChosen,
      client: this.client,
      signedIn: this.isSignedIn,
      sandbox: config.sandbox,
    });
    this.#ctx.status = status;
    this.#ctx.type = 'text/html; charset=utf-8';
    this.#ctx.set('cache-control', 'no-store');
    this.#ctx.set('content-language', language);
    this.#ctx.body = html;
  }

  /** After a post that succeeded. */
  redirect(path: string): void {
    this.#ctx.status = 303;
    this.#ctx.set('location', path);
    this.#ctx.body = '';
  }

  #resolveLanguage(): { language: Language; isChosen: boolean } {
    return (this.#language ??= resolveLanguage(this.#ctx, this.#pages.deps.config.service.defaultLanguage));
  }
}

/** Whether the form was made for this browser. */
export function isFormToken(secrets: string[], token: unknown): boolean {
  if (typeof token !== 'string') return false;
  const parts = token.split('.', 2);
  return secrets.some((secret) => parts.some((part) => tokens.verify(secret, part)));
}

/** Chosen here or before; else what the browser prefers, and then the choice is offered first on the page (F2). */
function resolveLanguage(ctx: Context, fallback: Language): { language: Language; isChosen: boolean } {
  const chosen = ctx.cookies.get('language_here', { signed: true }) ?? ctx.cookies.get('language', { signed: true });
  const known = languages.find((language) => language === chosen);
  if (known) return { language: known, isChosen: true };
  const accepted = ctx
    .get('accept-language')
    .split(',')
    .map((part) => part.split(';')[0]!);
  return { language: matchLanguage(accepted) ?? fallback, isChosen: false };
}

/** Who changes the language on the way from a client's request stays on that way. */
function pathWithRequest({ path, query: { interaction } }: Context): string {
  const isRequest = typeof interaction === 'string' && /^[\w-]{20,64}$/.test(interaction);
  return isRequest ? `${path}?interaction=${interaction}` : path;
}

function pathOfReferer(ctx: Context): string {
  return (ctx.state.formPath as string | undefined) ?? ctx.path;
}
