import { z } from 'zod';

/** Registered metadata by its RFC 7591 names, and what we ask of a client beyond them. The secret is never part of it. */
export type ClientMetadata = Record<string, unknown> & Partial<ClientRules>;

export interface Client {
  id: string;
  metadata: ClientMetadata;
  secret: string | undefined;
  createdAt: Date;
  updatedAt: Date;
}

/** What we ask of a client beyond the standards. */
export const clientRules = z.object({
  /** People below this tier are led to raise theirs before the client sees them. */
  minimum_tier: z.enum(['simplified', 'standard', 'confirmed']).default('simplified'),
  /** Ways of confirming identity that this client does not accept. */
  refused_methods: z.array(z.enum(['in_person', 'mail', 'esign'])).default([]),
  require_second_factor: z.boolean().default(false),
  /** Why the client asks for data, shown on the consent page. A new text asks everybody again. */
  purpose: z.string().max(500).default(''),
  /** Exempt: an old confidential client that cannot send a code challenge; it must send a nonce instead. */
  pkce: z.enum(['required', 'exempt']).default('required'),
});

export type ClientRules = z.infer<typeof clientRules>;

export const clientRuleNames = Object.keys(clientRules.shape) as (keyof ClientRules)[];
