import type { FieldErrors } from '#src/platform/pages/form.ts';
import type { Page } from '#src/web/middleware/page.ts';

/** Codes become words only here. */
export function fieldErrors(page: Page, errors: FieldErrors): Record<string, string> {
  return Object.fromEntries(Object.entries(errors).map(([field, code]) => [field, page.t(`field-error.${code}`)]));
}
