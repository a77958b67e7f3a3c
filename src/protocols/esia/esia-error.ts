/** A refusal of this dialect: the public code and text, and beside it the true reason for the client's own log. */
export class EsiaError extends Error {
  readonly code: EsiaCode;
  readonly error: string;
  readonly description: string;
  /** Never leaves the log. */
  readonly reason: string;

  constructor(code: EsiaCode, reason: string, parameter?: string) {
    super(`ESIA-${code}: ${reason}`);
    const [error, text] = meanings[code];
    this.code = code;
    this.error = error;
    this.description = `ESIA-${code}: ${text}${parameter ? ` [${parameter}].` : ''}`;
    this.reason = reason;
  }
}

/** Texts as clients have met them; where none is known, in the same manner. */
export const meanings = {
  '007002': ['unauthorized_client', 'OAuthErrorEnum.clientNotFound'],
  '007003': ['invalid_request', 'The request is malformed or has a repeated parameter'],
  '007004': ['access_denied', 'The resource owner or authorization server denied the request.'],
  '007005': ['unauthorized_client', 'The client is not authorized to request an access token using this method.'],
  '007006': ['invalid_scope', 'The requested scope is invalid, unknown, or malformed.'],
  '007007': ['server_error', 'The authorization server encountered an unexpected condition.'],
  '007008': ['temporarily_unavailable', 'The authorization server is currently unable to handle the request.'],
  '007009': ['unsupported_response_type', 'The authorization server does not support this response type.'],
  '007011': [
    'invalid_grant',
    'The provided access grant is invalid, expired, revoked, or does not match the redirection URI.',
  ],
  '007012': ['unsupported_grant_type', 'The authorization grant type is not supported by the authorization server.'],
  '007013': ['invalid_scope', 'The request doesn`t contain the scope'],
  '007014': ['invalid_request', 'The request doesn`t contain the mandatory parameter'],
  '007015': ['invalid_request', 'OAuthErrorEnum.timestampWrong'],
  '007019': ['invalid_scope', 'OAuthErrorEnum.noGrants'],
  '007023': ['invalid_request', 'OAuthErrorEnum.redirectUriWrong'],
  '007039': ['invalid_request', 'OAuthErrorEnum.codeChallengeMissing'],
  '007040': ['invalid_grant', 'OAuthErrorEnum.codeVerifierWrong'],
  '007053': ['access_denied', 'OAuthErrorEnum.clientSecretWrong'],
  '007055': ['access_denied', 'OAuthErrorEnum.accountNotConfirmed'],
  '007060': ['invalid_request', 'OAuthErrorEnum.rolesWrong'],
  '007061': ['invalid_request', 'OAuthErrorEnum.objTypeWrong'],
  '007062': ['invalid_request', 'OAuthErrorEnum.filterWrong'],
} as const satisfies Record<string, readonly [string, string]>;

export type EsiaCode = keyof typeof meanings;

/** What the ordinary protocol answered, in the words of this dialect. */
export function fromOAuthError(error: string, description: string): EsiaError {
  const reason = `${error}: ${description}`;
  if (error === 'unmet_authentication_requirements') return new EsiaError('007055', reason);
  if (error === 'invalid_scope') return new EsiaError('007019', reason);
  if (error === 'temporarily_unavailable') return new EsiaError('007008', reason);
  if (error === 'server_error') return new EsiaError('007007', reason);
  return new EsiaError('007004', reason);
}
