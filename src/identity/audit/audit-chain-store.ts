import { sql } from 'kysely';
import type { Connection } from '#src/platform/storage/database.ts';

export interface Link {
  seq: number;
  event_id: number;
  sealed_at: Date;
  hash: Buffer;
}

/** `oldestRunning` and `nextTransaction`: transaction numbers, of the oldest that has not ended and of the next to begin. */
export interface Sight {
  /** The newest event, and the newest link. */
  newest: number;
  sealed: number;
  oldestRunning: number;
  nextTransaction: number;
}

const canonical = sql`e.id, (extract(epoch from e.at) * 1000000)::bigint::text as at, e.event, e.account_id, e.client_id,
  e.details::text as details`;

interface CanonicalRow {
  id: number;
  at: string;
  event: string;
  account_id: string | null;
  client_id: string | null;
  details: string;
}

export async function look(connection: Connection): Promise<Sight> {
  const { rows } = await sql<Sight>`
    select coalesce((select max(id) from audit_events), 0) as newest,
      coalesce((select max(seq) from audit_seals), 0) as sealed,
      pg_snapshot_xmin(pg_current_snapshot())::text::bigint as "oldestRunning",
      pg_snapshot_xmax(pg_current_snapshot())::text::bigint as "nextTransaction"`.execute(connection);
  return rows[0]!;
}

export async function findHead(connection: Connection): Promise<Link | undefined> {
  return connection.selectFrom('audit_seals').selectAll().orderBy('seq', 'desc').limit(1).executeTakeFirst();
}

export async function findLink(connection: Connection, seq: number): Promise<Link | undefined> {
  return connection.selectFrom('audit_seals').selectAll().where('seq', '=', seq).executeTakeFirst();
}

/** False: another instance is at it. Held until the transaction ends. */
export async function lock(connection: Connection): Promise<boolean> {
  const { rows } = await sql<{ locked: boolean }>`
    select pg_try_advisory_xact_lock(hashtext('openesia-audit-chain')) as locked`.execute(connection);
  return rows[0]!.locked;
}

export async function listBetween(
  connection: Connection,
  { after, upTo, limit }: { after: number; upTo: number; limit: number },
): Promise<CanonicalRow[]> {
  const { rows } = await sql<CanonicalRow>`
    select ${canonical} from audit_events e where e.id > ${after} and e.id <= ${upTo} order by e.id limit ${limit}`.execute(
    connection,
  );
  return rows;
}

export async function insertLinks(connection: Connection, links: Link[]): Promise<void> {
  await connection.insertInto('audit_seals').values(links).execute();
}

/** Links in order, each with its event, whose members are null when it is gone. */
export async function listLinks(
  connection: Connection,
  { after, limit }: { after: number; limit: number },
): Promise<(Link & { [Member in keyof CanonicalRow]: CanonicalRow[Member] | null })[]> {
  const { rows } = await sql<Link & CanonicalRow>`
    select s.seq, s.event_id, s.sealed_at, s.hash, ${canonical}
    from audit_seals s left join audit_events e on e.id = s.event_id
    where s.seq > ${after} order by s.seq limit ${limit}`.execute(connection);
  return rows;
}

/** The first event between two sealed ones that has no link. */
export async function findUnsealed(
  connection: Connection,
  { after, upTo }: { after: number; upTo: number },
): Promise<number | undefined> {
  const { rows } = await sql<{ id: number }>`
    select e.id from audit_events e where e.id > ${after} and e.id <= ${upTo}
      and not exists (select from audit_seals s where s.event_id = e.id)
    order by e.id limit 1`.execute(connection);
  return rows[0]?.id;
}

export async function countAfter(connection: Connection, id: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from audit_events where id > ${id}`.execute(connection);
  return rows[0]!.count;
}
