import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { z } from 'zod';
import { languages } from '#src/platform/i18n/translator.ts';
import { stayStatuses } from '#src/identity/accounts/account.ts';
import { foreignLogin } from '#src/identity/accounts/foreign-login.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import { roles } from '#src/identity/operators/operator.ts';
import { otherDocumentKinds } from '#src/identity/verification/other-documents.ts';
import { proofMethods, tierFrom, type Tier } from '#src/identity/accounts/tier.ts';

const contacts = z.strictObject({ phone: z.string().optional(), email: z.string().optional() });

const person = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  name: z.strictObject({ family: z.string(), given: z.string(), middle: z.string().optional() }),
  gender: z.enum(['male', 'female']).optional(),
  birthdate: z.iso.date().optional(),
  birthplace: z.string().optional(),
  citizenship: z.string().length(3).optional(),
  language: z.enum(languages).default('ru'),
  nickname: z.string().optional(),
  preferredUsername: z.string().optional(),
  profileUrl: z.url().optional(),
  pictureUrl: z.url().optional(),
  websiteUrl: z.url().optional(),
  zoneinfo: z.string().optional(),
  address: z.record(z.string(), z.string()).optional(),
  /** Proven to be theirs; the first one finds the person again. */
  contacts: contacts.refine(({ phone, email }) => phone ?? email, 'a phone or an e-mail is needed'),
  /** Typed once and never proven. */
  unproven: contacts.default({}),
  evidence: z.array(z.enum(proofMethods)).default([]),
  documents: z
    .strictObject({ passport: z.string().optional(), snils: z.string().optional(), inn: z.string().optional() })
    .default({}),
  /** A foreign citizen's, whose login it makes; it proves nothing by itself. */
  foreignPassport: z
    .strictObject({
      country: z.string().length(3),
      series: z.string(),
      number: z.string(),
      expires: z.iso.date(),
      stay: z.enum(stayStatuses),
    })
    .optional(),
  /** What no tier hangs on, checked long ago; series and number in one. */
  others: z
    .array(
      z.strictObject({
        kind: z.enum(otherDocumentKinds),
        value: z.string(),
        issuedAt: z.iso.date(),
        expiresAt: z.iso.date(),
        issuer: z.string(),
      }),
    )
    .default([]),
  /** The profile of a foreign citizen before the reviewers, and what became of it. */
  review: z.enum(['submitted', 'rejected']).optional(),
  /** Typed and sent for checking; what comes of it the simulated registry decides. */
  typed: z.strictObject({ passport: z.string(), snils: z.string() }).optional(),
  /** The surname that was proven; the one in `name` came later. */
  formerFamily: z.string().optional(),
  /** Ordered a letter with a code. */
  letter: z.boolean().default(false),
  traits: z.array(z.string()).default([]),
  blocked: z.boolean().default(false),
  /** Agreed to an older version of the documents. */
  termsVersion: z.string().optional(),
  password: z.string().optional(),
  /** Asked for after the password: a code by SMS, one of the app that knows `totpSecret`, or `passkey`. */
  secondFactor: z.enum(['sms', 'totp', 'passkey']).optional(),
  /** Base64, the key in PKCS #8: as Chromium's virtual authenticator takes them. */
  passkey: z.strictObject({ credentialId: z.base64(), privateKey: z.base64() }).optional(),
  /** Works in the console; a clerk at this office. */
  operator: z.strictObject({ role: z.enum(roles), office: z.string().optional() }).optional(),
  totpSecret: z
    .string()
    .regex(/^[A-Z2-7]{32}$/)
    .optional(),
});

const catalogue = z.strictObject({ password: z.string(), people: z.array(person) });

export type SandboxPerson = Omit<z.infer<typeof person>, 'password'> & { password: string };

/** The invented people of config/sandbox-people.yaml. */
export function loadSandboxPeople(): SandboxPerson[] {
  const text = readFileSync(new URL('../../config/sandbox-people.yaml', import.meta.url), 'utf8');
  const { password, people } = catalogue.parse(load(text));
  return people.map((one) => ({ ...one, password: one.password ?? password }));
}

/** How far they are proven once they are made. */
export function tierOf({ evidence, formerFamily }: SandboxPerson): Tier {
  return formerFamily === undefined ? tierFrom(evidence) : 'simplified';
}

export function contactsOf({ phone, email }: SandboxPerson['contacts']): Contact[] {
  const all = [phone && { kind: 'phone', value: phone }, email && { kind: 'email', value: email }];
  return all.filter(Boolean) as Contact[];
}

/** A foreign citizen's login, for those who have one. */
export function foreignLoginOf({ foreignPassport, birthdate }: SandboxPerson): string | undefined {
  return foreignPassport && birthdate && foreignLogin({ ...foreignPassport, birthYear: birthdate.slice(0, 4) });
}
