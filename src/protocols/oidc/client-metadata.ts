import { z } from 'zod';
import { clientRules, shownText } from '#src/identity/clients/client.ts';

const uri = z.string().max(2000);
const uris = z.array(uri).max(100);
const name = z.string().max(200);
const names = z.array(name).max(50);

export const clientId = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$/, 'write 2 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit')
  .meta({ description: 'In the ESIA dialect this is the mnemonic', examples: ['UNIVERSITY'] });

const clientSecret = z
  .string()
  .min(16, 'a secret has 16 characters or more; leave it out and one is made')
  .max(200)
  .regex(/^[\x21-\x7e]*$/, 'a secret is written in visible ASCII characters');

/**
 * What may be registered: RFC 7591, OpenID Connect Registration and the logout specifications, as far as we do them, and
 * our own rules. The provider judges the meaning; here stand the shapes.
 */
export const clientMetadata = z.strictObject({
  client_name: shownText(200).min(1).optional(),
  client_uri: uri.optional(),
  logo_uri: uri.optional(),
  policy_uri: uri.optional(),
  tos_uri: uri.optional(),
  contacts: names.optional().meta({ description: 'E-mail addresses of those who run the client' }),
  redirect_uris: uris.optional().meta({ description: 'Compared character by character' }),
  post_logout_redirect_uris: uris.optional(),
  initiate_login_uri: uri.optional(),
  application_type: name.optional().meta({ examples: ['web', 'native'] }),
  grant_types: names.optional().meta({ examples: [['authorization_code', 'refresh_token']] }),
  response_types: names.optional().meta({ examples: [['code']] }),
  response_modes: names.optional(),
  scope: z.string().max(2000).optional().meta({ description: 'Separated by spaces; nothing else may be asked for' }),
  subject_type: name.optional().meta({ examples: ['pairwise', 'public'] }),
  sector_identifier_uri: uri.optional(),
  token_endpoint_auth_method: name.optional().meta({
    examples: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  }),
  token_endpoint_auth_signing_alg: name.optional(),
  jwks: z.looseObject({ keys: z.array(z.record(z.string(), z.unknown())).max(20) }).optional(),
  jwks_uri: uri.optional(),
  id_token_signed_response_alg: name.optional().meta({ examples: ['ES256', 'RS256'] }),
  userinfo_signed_response_alg: name.optional(),
  default_max_age: z.number().int().min(0).optional(),
  default_acr_values: names.optional(),
  require_auth_time: z.boolean().optional(),
  require_pushed_authorization_requests: z.boolean().optional(),
  dpop_bound_access_tokens: z.boolean().optional(),
  backchannel_logout_uri: uri.optional(),
  backchannel_logout_session_required: z.boolean().optional(),
  ...clientRules.shape,
});

/** A client as it is written by whoever registers it. */
export const writtenClient = clientMetadata.extend({
  client_id: clientId.optional(),
  client_secret: clientSecret.optional(),
});

/** RFC 7591 names that say nothing to us, and those that only we write: taken without a word, as the RFC wants. */
const ignored =
  /^(software_(id|version)|client_id_issued_at|client_secret_expires_at|registration_(client_uri|access_token)|(client_name|client_uri|logo_uri|policy_uri|tos_uri)#.+)$/;

export function withoutIgnored(metadata: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(metadata).filter(([name, value]) => !ignored.test(name) && value !== undefined && value !== null),
  );
}

/** The registered name that was probably meant. */
export function closestName(typed: string): string | undefined {
  const flat = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z]/g, '')
      .replace(/s$/, '');
  return Object.keys(writtenClient.shape).find((known) => flat(known) === flat(typed));
}
