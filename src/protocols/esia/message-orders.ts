import { valueOf, type Parameters } from '#src/protocols/esia/parameters.ts';

/** What is asked for: the endpoint decides which order of fields is the documented one. */
export type RequestKind = 'authorization' | 'authorization_code' | 'refresh_token' | 'client_credentials' | 'log';
export type Generation = 'v1' | 'v2' | 'v3';

export interface SignedMessage {
  /** The fields in order, as the log and the walk-through show them: `scope+timestamp+client_id+state`. */
  order: string;
  text: string;
  /** The order that this address documents. */
  isNative: boolean;
}

const first = ['scope', 'timestamp', 'client_id', 'state'];
const second = ['client_id', 'scope', 'scope_org', 'timestamp', 'state', 'redirect_uri'];
const secondWithCode = [...second, 'code'];
const secondAlone = ['client_id', 'scope', 'timestamp', 'state', 'redirect_uri'];
const secondRefresh = ['client_id', 'scope', 'timestamp', 'state', 'refresh_token'];

const native: Record<RequestKind, string[][]> = {
  authorization: [second],
  authorization_code: [secondWithCode],
  // Two published clients disagree, and no official text decides.
  refresh_token: [second, secondRefresh],
  client_credentials: [secondAlone],
  log: [first],
};

/**
 * Every string that may have been signed, the documented ones first. Fields are joined with nothing between, so orders
 * whose fields are empty or absent can give one text; it is tried once.
 */
export function messagesFor(kind: RequestKind, generation: Generation, parameters: Parameters): SignedMessage[] {
  const documented = generation === 'v1' ? [first] : native[kind];
  const orders = [...documented, ...native[kind], first, second, secondWithCode, secondAlone, secondRefresh];
  const seen = new Set<string>();
  return orders.flatMap((fields) => {
    const withoutOrganisation = fields.filter((field) => field !== 'scope_org');
    return [fields, withoutOrganisation].flatMap((present) => {
      const filled = present.filter((field) => valueOf(parameters, field) !== '');
      const text = present.map((field) => valueOf(parameters, field)).join('');
      if (text === '' || seen.has(text)) return [];
      seen.add(text);
      return [{ order: filled.join('+'), text, isNative: documented.includes(fields) }];
    });
  });
}
