import type { Context } from 'koa';
import { z } from 'zod';
import { parseForm, type FieldErrors } from '#src/platform/pages/form.ts';
import { spellContact } from '#src/identity/accounts/contact.ts';
import {
  MAX_PASSWORD_LENGTH,
  type PasswordPolicy,
  type PersonalFacts,
  type RuleVerdict,
} from '#src/identity/credentials/password-policy.ts';
import { fieldErrors } from '#src/web/middleware/field-errors.ts';
import type { Pages } from '#src/web/middleware/page.ts';

const passwordForm = z.object({
  'new-password': z.string().min(1, 'required'),
  'new-password-repeat': z.string().default(''),
});

/** Whose password it will be, and where the form goes. */
export interface PasswordPage {
  path: string;
  action: string;
  suggestAction: string;
  /** The login, and the name the browser's checks compare with. */
  contact: string;
  name: string;
  facts: PersonalFacts;
  /** Absent: the page does not count steps. */
  step?: number;
  /** Absent: the page of a first password. */
  view?: string;
  backUrl?: string;
  /** Of how many, where they are not three. */
  of?: number;
}

export interface NewPasswordDeps {
  pages: Pages;
  policy: PasswordPolicy;
}

/** One form, one page and one policy at every door (P1 to P5, C1). */
export class NewPassword {
  readonly #deps: NewPasswordDeps;

  constructor(deps: NewPasswordDeps) {
    this.#deps = deps;
  }

  async show(
    ctx: Context,
    at: PasswordPage,
    { rules, errors = {}, suggestion }: { rules?: RuleVerdict[]; errors?: FieldErrors; suggestion?: string } = {},
    status = 200,
  ): Promise<void> {
    const { pages, policy } = this.#deps;
    const page = pages.of(ctx);
    const { facts: _, path, view = 'registration/create-password', ...shown } = at;
    ctx.state.formPath = path;
    await page.show(
      view,
      {
        ...shown,
        login: shown.contact.startsWith('+') ? spellContact({ kind: 'phone', value: shown.contact }) : shown.contact,
        rules: rules ?? policy.rules.map((code) => ({ code })),
        suggestion,
        errors: fieldErrors(page, errors),
      },
      status,
    );
  }

  /** The same as the button does with script, for browsers without. */
  async suggest(ctx: Context, at: PasswordPage): Promise<void> {
    await this.show(ctx, at, { suggestion: this.#deps.policy.suggest(at.facts) });
  }

  /** The password when it will do; else the page says what is wrong. `others`: what is wrong in the rest of the form. */
  async read(ctx: Context, at: PasswordPage, others: FieldErrors = {}): Promise<string | undefined> {
    const form = parseForm(passwordForm, ctx.request.body);
    if (!form.ok) return this.#refuse(ctx, at, { errors: { ...others, ...form.errors } });
    const { 'new-password': password, 'new-password-repeat': repeat } = form.data;
    // Nothing is computed on a password longer than any we accept.
    const rules = this.#deps.policy.check(password.slice(0, MAX_PASSWORD_LENGTH + 1), at.facts);
    const errors: FieldErrors = { ...others };
    if (rules.some(({ ok }) => !ok)) errors['new-password'] = 'password_rules';
    else if (password !== repeat) errors['new-password-repeat'] = 'password_mismatch';
    return Object.keys(errors).length === 0 ? password : this.#refuse(ctx, at, { rules, errors });
  }

  async #refuse(
    ctx: Context,
    at: PasswordPage,
    why: { rules?: RuleVerdict[]; errors: FieldErrors },
  ): Promise<undefined> {
    await this.show(ctx, at, why, 422);
    return undefined;
  }
}
