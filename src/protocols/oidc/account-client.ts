import { acrOf } from '#src/protocols/oidc/assurance.ts';

/**
 * The personal account is a client of the provider like any other, but asks for no token: with response type `none` a
 * finished request means nothing but "this browser is signed in now".
 */
export const ACCOUNT_CLIENT_ID = 'account';
export const ACCOUNT_RETURN_PATH = '/account/signed-in';

export function accountClient(issuer: string, name: string) {
  return {
    client_id: ACCOUNT_CLIENT_ID,
    client_name: name,
    redirect_uris: [`${issuer}${ACCOUNT_RETURN_PATH}`],
    response_types: ['none' as const],
    grant_types: [],
    token_endpoint_auth_method: 'none' as const,
    subject_type: 'public' as const,
  };
}

/** As accountSignInPath, for changes that ask for a sign-in not older than this, with two factors where the account has them. */
export function freshSignInPath(returnTo: string, wish: { maxAgeSeconds: number; secondFactor: boolean }): string {
  return accountSignInPath(returnTo, {
    max_age: String(wish.maxAgeSeconds),
    ...(wish.secondFactor ? { acr_values: acrOf({ tier: 'simplified', mfa: true }) } : {}),
  });
}

/** Where a page of the account sends a browser that is not signed in; `returnTo` comes back as state. */
export function accountSignInPath(returnTo: string, parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: ACCOUNT_CLIENT_ID,
    response_type: 'none',
    scope: 'openid',
    state: returnTo,
    ...parameters,
  });
  return `/oauth2/auth?${query}`;
}
