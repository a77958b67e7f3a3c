import { z } from 'zod';
import { plain } from '#src/identity/accounts/contact.ts';

/** Blanks and other digits people type or paste are spelling. */
const typedCode = z
  .string()
  .max(100, 'code_invalid')
  .transform((typed) => plain(typed).toLowerCase().replace(/[\s-]/g, ''))
  .pipe(z.string().min(1, 'required'));

export const factorKind = z.enum(['sms', 'totp', 'passkey', 'backup_code']);

export const codeForm = z.object({ code: typedCode });

export const factorCodeForm = codeForm.extend({
  with: factorKind,
  'remember-device': z.string().optional(),
});

/** What the browser answers after the person used a passkey; read further where it is proven. */
export const passkeyForm = z.object({ passkey: z.string().min(1).max(40_000) });

/** The same in the shape of a code's form. */
export const passkeyAnswerForm = passkeyForm
  .extend({ 'remember-device': z.string().optional() })
  .transform(({ passkey, ...others }) => ({ code: passkey, ...others }));

/** Why an answer was refused, as the page says it. */
export function answerError(kind: string, verdict: 'wrong' | 'expired' | 'closed'): string {
  if (kind === 'passkey') return 'passkey_failed';
  if (verdict === 'expired') return 'code_expired';
  if (verdict === 'closed') return kind === 'sms' ? 'factor_closed_sms' : 'factor_closed';
  if (kind === 'totp') return 'totp_invalid';
  return kind === 'backup_code' ? 'backup_code_invalid' : 'code_invalid';
}

/** Why a code was not sent. */
export function beginError(verdict: 'too_soon' | 'too_many' | 'sms_paused' | 'unavailable'): string {
  if (verdict === 'sms_paused') return 'sms_paused';
  if (verdict === 'unavailable') return 'factor_unavailable';
  return verdict === 'too_soon' ? 'resend_too_soon' : 'too_many_codes';
}
