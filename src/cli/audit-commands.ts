import { UsageError, type Answer, type Call, type Command, type Values } from '#src/cli/command.ts';
import { table } from '#src/cli/texts.ts';

const text = { type: 'string' } as const;

export const auditCommands: Command[] = [
  {
    name: 'audit list',
    takes: [],
    says: 'search the audit log, newest first',
    options: { account: text, event: text, from: text, to: text, before: text, limit: text },
    optionsSay: {
      account: 'number of the account (oid); its owner sees that you looked',
      event: 'kind of event, for example role_given',
      from: 'day or moment in UTC: 2026-11-21 or 2026-11-21T10:00',
      to: 'likewise; not included',
      before: 'number of the event to go on from',
      limit: 'how many (50, at most 500)',
    },
    run: list,
  },
  {
    name: 'audit verify',
    takes: [],
    says: 'verify the chain of the audit log; names the first broken link',
    options: { head: text },
    optionsSay: { head: 'a head kept from the log or from an earlier verify: shows whether the end was cut off' },
    run: verify,
  },
];

async function list({ api, values }: Call): Promise<Answer> {
  const { json } = await api.call('GET', `/audit/events?${query(values)}`);
  const rows = json.events.map(({ id, at, event, account, client_id: client, operator, details }: any) => [
    String(id),
    at.slice(0, 19).replace('T', ' '),
    event,
    String(account ?? ''),
    client ?? '',
    String(operator ?? ''),
    Object.entries(details as object)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(' '),
  ]);
  const heading = ['number', 'at (UTC)', 'event', 'account', 'client', 'operator', ''];
  const more = json.next ? `\n\nMore: --before ${json.events.at(-1).id}` : '';
  return { json, text: rows.length === 0 ? 'Nothing found.' : table([heading, ...rows]) + more };
}

async function verify({ api, values: { head } }: Call): Promise<Answer> {
  const path = head === undefined ? '/audit/chain' : `/audit/chain?${new URLSearchParams({ head: String(head) })}`;
  const { json } = await api.call('GET', path);
  if (json.intact) {
    const waiting = json.waiting > 0 ? `, ${json.waiting} wait for the next seconds` : '';
    return {
      json,
      text: `${json.sealed} events, every link holds${waiting}.\nHead to keep: ${json.head ?? 'none yet'}`,
    };
  }
  const { problem, seq, event_id: id } = json.broken;
  return {
    json,
    failed: true,
    text: `Broken at link ${seq}: ${says[problem]!(id)}\n${json.sealed} links before it hold.`,
  };
}

const says: Record<string, (id: number | null) => string> = {
  changed: (id) => `event ${id} or its link was changed after it was sealed.`,
  removed: (id) => `event ${id} was removed.`,
  link_removed: () => 'the link was removed.',
  inserted: (id) => `event ${id} stands between sealed ones and was never sealed: it was inserted.`,
  cut: () => 'the chain does not contain the head you kept: its end was cut off, or made anew.',
};

function query(values: Values): URLSearchParams {
  const { account, event, from, to, before, limit } = values as Record<string, string | undefined>;
  const wanted = { account, event, from: moment(from), to: moment(to), before, limit };
  return new URLSearchParams(Object.entries(wanted).filter((one): one is [string, string] => one[1] !== undefined));
}

function moment(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const date = new Date(/T/.test(text) && !/(Z|[+-]\d\d:?\d\d)$/.test(text) ? `${text}Z` : text);
  if (Number.isNaN(date.getTime())) throw new UsageError(`${text} is no day; write 2026-11-21 or 2026-11-21T10:00`);
  return date.toISOString();
}
