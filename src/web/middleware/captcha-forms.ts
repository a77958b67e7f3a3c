import type { Context } from 'koa';
import type { FieldErrors } from '#src/platform/pages/form.ts';
import type { Captchas } from '#src/identity/captchas/captchas.ts';
import type { Puzzle, Puzzles } from '#src/identity/captchas/puzzles.ts';
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
  readonly #puzzles: Puzzles;

  constructor({ pages, captchas, puzzles }: { pages: Pages; captchas: Captchas; puzzles: Puzzles }) {
    this.#pages = pages;
    this.#captchas = captchas;
    this.#puzzles = puzzles;
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

  /** The same with a puzzle that spares the picture where there is script; whose puzzle failed, or came too late, reads the picture. */
  async shownToStranger(ctx: Context, errors: FieldErrors): Promise<{ captcha: ShownCaptcha; puzzle?: Puzzle }> {
    const mayWork = errors.captcha === undefined && !this.isAnotherAsked(ctx);
    const puzzle = mayWork ? await this.#puzzles.issue(this.#pages.of(ctx).browser) : undefined;
    return { ...(await this.shown(ctx)), puzzle };
  }

  isAnotherAsked(ctx: Context): boolean {
    return typedIn(ctx, 'captcha-another') !== '';
  }

  /** The puzzle's answer where there is one, else the captcha's. */
  async checkStranger(ctx: Context): Promise<FieldErrors> {
    const answer = typedIn(ctx, 'puzzle-answer');
    if (answer === '') return this.check(ctx);
    const isSolved = await this.#puzzles.isSolved(typedIn(ctx, 'puzzle'), this.#pages.of(ctx).browser, answer);
    return isSolved ? {} : { captcha: 'puzzle_failed' };
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
