/** One request of a client system as its developer sees it: masked, with the true reason beside the public code. */
export interface ClientRequest {
  /** What error pages and answers show; eight characters that can be read out. */
  reference: string;
  at: Date;
  method: string;
  path: string;
  outcome: 'accepted' | 'refused';
  /** The public code, for example `ESIA-007053`. */
  code?: string;
  /** Why, in words that never leave this log. */
  reason?: string;
  parameters: Record<string, string>;
  /** What the protocol found out on the way: variants tried, certificates, clocks. */
  findings: Record<string, unknown>;
}

const SECRETS = new Set(['client_secret', 'code', 'refresh_token', 'code_verifier', 'access_token', 'password']);
const LONGEST = 400;
const MOST = 40;

/** What may be kept of parameters: secrets by their first letters and length, the rest cut to a readable size. */
export function maskParameters(parameters: Iterable<[string, string]>): Record<string, string> {
  const masked = [...parameters].slice(0, MOST).map(([name, value]) => {
    const text = value.replaceAll('\0', '�');
    if (SECRETS.has(name)) return [name.slice(0, 60), text === '' ? '' : `${text.slice(0, 6)}… (${text.length})`];
    return [name.slice(0, 60), text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length})` : text];
  });
  return Object.fromEntries(masked) as Record<string, string>;
}
