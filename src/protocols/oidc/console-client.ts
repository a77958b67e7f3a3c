import { acrOf } from '#src/protocols/oidc/assurance.ts';

/** The operators' console is a client of the provider like the account, but takes nobody's word for an earlier sign-in. */
export const CONSOLE_CLIENT_ID = 'console';
export const CONSOLE_RETURN_PATH = '/console/signed-in';

export function consoleClient(issuer: string, name: string) {
  return {
    client_id: CONSOLE_CLIENT_ID,
    client_name: name,
    redirect_uris: [`${issuer}${CONSOLE_RETURN_PATH}`],
    response_types: ['none' as const],
    grant_types: [],
    token_endpoint_auth_method: 'none' as const,
    subject_type: 'public' as const,
    minimum_tier: 'confirmed' as const,
    require_second_factor: true,
  };
}

/** A new sign-in of a confirmed person with two factors (K3); `state` comes back. */
export function consoleSignInPath(state: string): string {
  const query = new URLSearchParams({
    client_id: CONSOLE_CLIENT_ID,
    response_type: 'none',
    scope: 'openid',
    prompt: 'login',
    acr_values: acrOf({ tier: 'confirmed', mfa: true }),
    state,
  });
  return `/oauth2/auth?${query}`;
}
