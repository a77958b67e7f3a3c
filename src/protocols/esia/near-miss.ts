import { checkSignature, type SignatureToCheck } from '#src/protocols/esia/client-signature.ts';
import {
  messagesFor,
  type Generation,
  type RequestKind,
  type SignedMessage,
} from '#src/protocols/esia/message-orders.ts';
import type { Parameters } from '#src/protocols/esia/parameters.ts';
import { valueOf } from '#src/protocols/esia/parameters.ts';

interface Refused extends Omit<SignatureToCheck, 'messages'> {
  kind: RequestKind;
  generation: Generation;
  parameters: Parameters;
  /** What came inside of the container. */
  content?: string;
}

/**
 * What developers commonly sign instead of what they send. Looked for only after a refusal, so that the log can name the
 * mistake; nothing found here is ever accepted.
 */
export function nearMiss({ kind, generation, parameters, content, ...rest }: Refused): string | undefined {
  for (const [mistake, change] of mistakes) {
    const changed = new Map(parameters);
    for (const [name, value] of change(parameters)) changed.set(name, value);
    const messages = messagesFor(kind, generation, changed).slice(0, 4);
    const { match } = checkSignature({ ...rest, messages });
    if (match) return `${mistake} (${match.message.order})`;
  }
  const { match } = checkSignature({ ...rest, messages: joined(parameters) });
  if (match) return `the fields were joined with separators (${match.message.order})`;
  const [expected] = messagesFor(kind, generation, parameters);
  return content !== undefined && expected && content !== expected.text ? whereTheyPart(content, expected) : undefined;
}

/** The character that differs. Only a few around it are told: further on there may be a code. */
function whereTheyPart(content: string, { text, order }: SignedMessage): string {
  let at = 0;
  while (at < content.length && content[at] === text[at]) at++;
  const from = (whole: string) => JSON.stringify(whole.slice(at, at + SHOWN));
  return `the container holds another string than ${order}: at character ${at + 1} it has ${from(content)} and not ${from(text)}`;
}

const SHOWN = 12;

type Change = [name: string, value: string][];

const mistakes: [string, (parameters: Parameters) => Change][] = [
  [
    'the plus of the time zone was not percent-encoded and arrived as a space',
    (p) => [['timestamp', valueOf(p, 'timestamp').replace(/ {1,2}(\d{4})$/, ' +$1')]],
  ],
  [
    'the signature was made over the percent-encoded redirect address',
    (p) => [['redirect_uri', encodeURIComponent(valueOf(p, 'redirect_uri'))]],
  ],
  [
    'the signature was made over the percent-encoded scope',
    (p) => [['scope', encodeURIComponent(valueOf(p, 'scope'))]],
  ],
  ['the signed scope was in another order', (p) => [['scope', valueOf(p, 'scope').split(' ').sort().join(' ')]]],
  ['the signed client id was in lower case', (p) => [['client_id', valueOf(p, 'client_id').toLowerCase()]]],
  ['the signed client id was in upper case', (p) => [['client_id', valueOf(p, 'client_id').toUpperCase()]]],
  ['the scope was left out of the signed string', () => [['scope', '']]],
  ['the state was left out of the signed string', () => [['state', '']]],
  [
    'the signed redirect address had no trailing slash',
    (p) => [['redirect_uri', valueOf(p, 'redirect_uri').replace(/\/$/, '')]],
  ],
];

function joined(parameters: Parameters): SignedMessage[] {
  const fields = ['scope', 'timestamp', 'client_id', 'state'];
  return ['\n', '&', ' ', ';'].map((separator) => ({
    order: fields.join(separator === '\n' ? ' newline ' : separator),
    text: fields.map((field) => valueOf(parameters, field)).join(separator),
    isNative: false,
  }));
}
