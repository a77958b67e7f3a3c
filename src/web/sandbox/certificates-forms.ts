import { z } from 'zod';
import { keyKinds } from '#src/sandbox/authority/issuing-key.ts';

const serial = z.string().regex(/^[0-9a-f]{32}$/);
const name = z.string().trim().max(100).default('');

export const certificateForm = z.object({
  person: z.string().max(50).default(''),
  surname: name,
  'given-name': name,
  snils: z
    .string()
    .default('')
    .transform((typed) => typed.replaceAll(/[\s-]/g, ''))
    .pipe(z.string().regex(/^(\d{11})?$/, 'snils_digits')),
  key: z.enum(keyKinds).default('rsa'),
});

export const serialForm = z.object({ certificate: serial });

/** A form's text has line ends of two characters; what was downloaded has one. */
export const signingForm = serialForm.extend({
  text: z
    .string()
    .max(20_000)
    .transform((text) => text.replaceAll('\r\n', '\n')),
});
