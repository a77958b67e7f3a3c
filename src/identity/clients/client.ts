import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { readCertificate } from '#src/identity/clients/certificate.ts';

/** Registered metadata by its RFC 7591 names, and what we ask of a client beyond them. The secret is never part of it. */
export type ClientMetadata = Record<string, unknown> & Partial<ClientRules>;

export interface Client {
  id: string;
  metadata: ClientMetadata;
  secret: string | undefined;
  createdAt: Date;
  updatedAt: Date;
}

/** What the protocol makes of metadata: everything filled in, or what is wrong in words, by field. */
export type ClientValidation =
  { ok: true; metadata: ClientMetadata; needsSecret: boolean } | { ok: false; fields: Record<string, string> };

/** `fetches`: also calls the addresses that must answer for the client, such as `sector_identifier_uri`. */
export type ValidateClient = (
  metadata: Record<string, unknown>,
  options?: { fetches?: boolean },
) => Promise<ClientValidation>;

const certificate = z
  .string()
  .max(16_384)
  .superRefine((text, check) => {
    const reading = readCertificate(text);
    if ('problem' in reading) check.addIssue({ code: 'custom', message: reading.problem });
  })
  .overwrite((text) => {
    const reading = readCertificate(text);
    return 'pem' in reading ? reading.pem : text;
  });

const HOST =
  /^(?=.{1,253}(:|$))([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*(:\d{1,5})?$/;

/** An address is taken for its host; names in other alphabets become what browsers send. */
function toHost(text: string): string {
  const host = text.toLowerCase().replace(/^https?:\/\/([^/]*)\/?$/, '$1');
  const [, name = '', port = ''] = /^([^:]*)(.*)$/s.exec(host)!;
  return /^[\x21-\x7e]*$/.test(name) ? host : domainToASCII(name) + port;
}

/** What a client that speaks the ESIA dialect registers. Its mnemonic is its client_id. */
const esiaRules = z.strictObject({
  certificates: z.array(certificate).max(10).default([]).meta({
    description: 'PEM certificates whose keys sign requests, RSA or GOST; a new one may stand beside the old one',
  }),
  redirect_hosts: z
    .array(
      z
        .string()
        .max(260)
        .trim()
        .overwrite(toHost)
        .regex(HOST, 'write a host, or host:port, without a path: university.example or localhost:8080'),
    )
    .max(50)
    .default([])
    .meta({ description: 'Hosts, or host:port, whose addresses people may be sent back to' }),
  profile: z.enum(['lenient', 'strict']).default('lenient').meta({
    description:
      'lenient accepts every form of signature and message that ESIA libraries send, strict the documented one',
  }),
  signing: z.enum(['any', 'gost']).default('any').meta({ description: 'gost: RSA signatures are refused' }),
  marker_signing: z
    .enum(['RS256', 'GOST3410_2012_256'])
    .default('RS256')
    .meta({ description: 'How the markers that this client gets are signed' }),
});

/** A text that people read on our pages. Marks of direction could rewrite what stands after it, say the host (K6). */
export function shownText(longest: number) {
  return z
    .string()
    .max(longest)
    .refine(
      (text) => !/[\p{Bidi_Control}\u2028\u2029\u200b\u2060\ufeff]|[^\P{Cc}\n\t]/u.test(text),
      'write it without control characters, invisible characters and marks of direction',
    );
}

/** What we ask of a client beyond the standards. */
export const clientRules = z.object({
  minimum_tier: z.enum(['simplified', 'standard', 'confirmed']).default('simplified').meta({
    description: 'People below this tier are led to raise theirs before the client sees them',
  }),
  refused_methods: z
    .array(z.enum(['in_person', 'mail', 'esign']))
    .default([])
    .meta({ description: 'Ways of confirming identity that this client does not accept' }),
  require_second_factor: z.boolean().default(false),
  purpose: shownText(500).default('').meta({
    description: 'Why the client asks for data, shown on the consent page. A new text asks everybody again',
  }),
  pkce: z.enum(['required', 'exempt']).default('required').meta({
    description: 'exempt: an old confidential client that cannot send a code challenge; it must send a nonce instead',
  }),
  esia: esiaRules
    .optional()
    .meta({ description: 'For clients that speak the ESIA dialect; the mnemonic is the client_id' }),
});

export type ClientRules = z.infer<typeof clientRules>;

export const clientRuleNames = Object.keys(clientRules.shape) as (keyof ClientRules)[];
