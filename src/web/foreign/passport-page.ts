import type { Context } from 'koa';
import type { Clock } from '#src/platform/clock.ts';
import { keptValues, parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { stayStatuses } from '#src/identity/accounts/account.ts';
import { countryName, foreignCountries } from '#src/identity/accounts/countries.ts';
import type { ForeignPassport } from '#src/identity/verification/foreign-passport.ts';
import { filledFromMrz, passportFields, passportForm, typedPassport } from '#src/web/foreign/foreign-forms.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';

/** Where the form goes, and whatever else this page shows around it. */
interface PassportPage {
  action: string;
  [shown: string]: unknown;
}

/** The form of a foreign passport, at registration and whenever it is corrected (F7). */
export class PassportPages {
  readonly #pages: Pages;
  readonly #clock: Clock;

  constructor({ pages, clock }: { pages: Pages; clock: Clock }) {
    this.#pages = pages;
    this.#clock = clock;
  }

  async show(ctx: Context, at: PassportPage, { passport }: { passport: Partial<ForeignPassport> }): Promise<void> {
    await this.#show(ctx, at, typedPassport(passport), {});
  }

  /** The passport when it is right. Else the page says what is not, or shows what the machine-readable lines filled in. */
  async read(ctx: Context, at: PassportPage): Promise<ForeignPassport | undefined> {
    const typed = keptValues(ctx.request.body, [...passportFields, 'mrz-fill']);
    if (typed['mrz-fill'] !== undefined) return this.#fill(ctx, at, typed);
    const form = parseForm(passportForm(this.#clock.now()), ctx.request.body);
    if (form.ok) return form.data;
    await this.#show(ctx, at, typed, form.errors, 422);
    return undefined;
  }

  /** Right, and yet it may not be. */
  async refuse(ctx: Context, at: PassportPage, errors: FieldErrors): Promise<void> {
    await this.#show(ctx, at, keptValues(ctx.request.body, passportFields), errors, 422);
  }

  async #fill(ctx: Context, at: PassportPage, typed: Record<string, string>): Promise<undefined> {
    const filled = filledFromMrz(typed.mrz ?? '', this.#clock.now());
    if ('wrong' in filled) await this.#show(ctx, at, typed, { mrz: filled.wrong }, 422);
    else await this.#show(ctx, { ...at, isFilled: true }, { ...typed, ...filled.values }, {});
    return undefined;
  }

  async #show(
    ctx: Context,
    at: PassportPage,
    values: Record<string, string>,
    errors: FieldErrors,
    status = 200,
  ): Promise<void> {
    const page = this.#pages.of(ctx);
    const countries = foreignCountries
      .map((code) => ({ code, name: countryName(code, page.language) }))
      .sort((a, b) => a.name.localeCompare(b.name, page.language));
    const country = values.country?.trim().slice(0, 3);
    ctx.state.formPath = at.action;
    const data = { ...at, values: { ...values, country }, countries, stays: stayStatuses };
    await page.show('foreign/foreign-passport', { ...data, errors: fieldErrors(page, errors) }, status);
  }
}
