import type { z } from 'zod';

export type FieldErrors = Record<string, string>;

export type FormResult<T> = { ok: true; data: T } | { ok: false; errors: FieldErrors };

/**
 * Shape and spelling of a posted form. Schemas carry error codes as messages; codes become words in the locales
 * (`field-error.<code>`). Fields the schema does not name are dropped; a field sent twice counts as wrong.
 */
export function parseForm<T>(schema: z.ZodType<T>, body: unknown): FormResult<T> {
  const parsed = schema.safeParse(body ?? {});
  if (parsed.success) return { ok: true, data: parsed.data };
  const errors: FieldErrors = {};
  for (const { path, message, code } of parsed.error.issues) {
    const field = String(path[0] ?? 'form');
    errors[field] ??= code === 'invalid_type' ? 'required' : message;
  }
  return { ok: false, errors };
}

/** What may be shown again: the typed text of these fields, never a secret. */
export function keptValues(body: unknown, fields: readonly string[]): Record<string, string> {
  const typed = (body ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    fields.flatMap((field) => (typeof typed[field] === 'string' ? [[field, typed[field].slice(0, 500)]] : [])),
  );
}
