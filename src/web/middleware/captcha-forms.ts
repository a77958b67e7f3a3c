import type { Context } from 'koa';
import type { FieldErrors } from '#src/platform/pages/form.ts';
import type { Captchas } from '#src/identity/captchas/captchas.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** What `partials/captcha` shows. */
interface ShownCaptcha {
  id: string;
  pictureUrl: string;
  soundUrl: string;
  typed: string;
}

/**
 * A captcha in a form. In a route: `if (captchaForms.isAnotherAsked(ctx))` show the page again, typed values kept; check
 * everything else first, then `check`, so that a slip in another field costs nobody a second captcha. Every page with
 * the partial gets `...(await captchaForms.shown(ctx))`.
 */
export class CaptchaForms {
  readonly #pages: Pages;
  readonly #captchas: Captchas;

  constructor({ pages, captchas }: { pages: Pages; captchas: Captchas }) {
    this.#pages = pages;
    this.#captchas = captchas;
  }

  /** The one that was sent with the form while it still waits for its answer, else a new one. */
  async shown(ctx: Context): Promise<{ captcha: ShownCaptcha }> {
    const { browser } = this.#pages.of(ctx);
    const sent = typedIn(ctx, 'captcha-id');
    const isKept = sent !== '' && !this.isAnotherAsked(ctx) && (await this.#captchas.isOpen(sent, browser));
    const id = isKept ? sent : await this.#captchas.issue(browser);
    const typed = isKept ? typedIn(ctx, 'captcha') : '';
    return { captcha: { id, pictureUrl: `/captcha/${id}/picture`, soundUrl: `/captcha/${id}/sound`, typed } };
  }

  isAnotherAsked(ctx: Context): boolean {
    return typedIn(ctx, 'captcha-another') !== '';
  }

  /** No error: it was right, and is used up. */
  async check(ctx: Context): Promise<FieldErrors> {
    const typed = typedIn(ctx, 'captcha');
    if (typed.trim() === '') return { captcha: 'captcha_required' };
    const verdict = await this.#captchas.answer(typedIn(ctx, 'captcha-id'), this.#pages.of(ctx).browser, typed);
    return verdict === 'right' ? {} : { captcha: verdict === 'wrong' ? 'captcha' : 'captcha_expired' };
  }
}

/** A field sent twice counts as missing. */
function typedIn(ctx: Context, field: string): string {
  const value = (ctx.request.body as Record<string, unknown> | undefined)?.[field];
  return typeof value === 'string' ? value.slice(0, 100) : '';
}
