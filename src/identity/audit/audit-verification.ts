import type { KeyObject } from 'node:crypto';
import type { Database } from '#src/platform/storage/database.ts';
import * as store from '#src/identity/audit/audit-chain-store.ts';
import { linkOf, NOTHING_BEFORE } from '#src/identity/audit/audit-seal.ts';

const BATCH = 5000;

/**
 * `changed`: the event or its link is not what was sealed. `removed`: the event is gone. `link_removed`: its link is.
 * `inserted`: an event stands between sealed ones and was never sealed. `cut`: the chain does not contain a head that was kept.
 */
type ChainProblem = 'changed' | 'removed' | 'link_removed' | 'inserted' | 'cut';

export interface KnownHead {
  seq: number;
  hash: string;
}

export interface ChainReport {
  sealed: number;
  head: KnownHead | undefined;
  /** Events that wait for their link; more than a few seconds' worth means that nobody seals. */
  waiting: number;
  broken: { problem: ChainProblem; seq: number; eventId: number | undefined } | undefined;
}

type ReadLink = Awaited<ReturnType<typeof store.listLinks>>[number];

/** Reads the whole chain and names the first link that does not hold. */
export class AuditVerification {
  readonly #db: Database;
  readonly #key: KeyObject;

  constructor({ db, key }: { db: Database; key: KeyObject }) {
    this.#db = db;
    this.#key = key;
  }

  /** @param known a head that was kept elsewhere: without one, a chain whose end was cut off looks whole. */
  async verify(known?: KnownHead): Promise<ChainReport> {
    const progress = { seq: 0, eventId: Number.MIN_SAFE_INTEGER, hash: NOTHING_BEFORE as Buffer };
    let links: ReadLink[];
    do {
      links = await store.listLinks(this.#db, { after: progress.seq, limit: BATCH });
      const broken = await this.#firstBroken(links, progress);
      if (broken) return this.#report(progress, broken);
    } while (links.length === BATCH);
    return this.#report(progress, known && (await this.#missing(known)));
  }

  /** Moves `progress` up to the last link that holds. */
  async #firstBroken(
    links: readonly ReadLink[],
    progress: { seq: number; eventId: number; hash: Buffer },
  ): Promise<ChainReport['broken']> {
    const upTo = links.at(-1)?.event_id ?? 0;
    const inserted = await store.findUnsealed(this.#db, { after: progress.eventId, upTo });
    for (const link of links) {
      const { seq, event_id: eventId } = link;
      if (seq !== progress.seq + 1) return { problem: 'link_removed', seq: progress.seq + 1, eventId: inserted };
      if (inserted !== undefined && inserted < eventId) return { problem: 'inserted', seq, eventId: inserted };
      if (link.id === null) return { problem: 'removed', seq, eventId };
      if (!this.#holds(link, progress.hash)) return { problem: 'changed', seq, eventId };
      Object.assign(progress, { seq, eventId, hash: link.hash });
    }
    return undefined;
  }

  #holds(link: ReadLink, before: Buffer): boolean {
    const { seq, sealed_at: sealedAt, hash, id, at, event, details, account_id: accountId, client_id: clientId } = link;
    const content = { seq, sealedAt, id: id!, at: at!, event: event!, accountId, clientId, details: details! };
    return linkOf(this.#key, before, content).equals(hash);
  }

  async #missing({ seq, hash }: KnownHead): Promise<ChainReport['broken']> {
    const link = await store.findLink(this.#db, seq);
    if (link?.hash.toString('hex') === hash) return undefined;
    return { problem: 'cut', seq, eventId: link?.event_id };
  }

  async #report(
    { seq, eventId, hash }: { seq: number; eventId: number; hash: Buffer },
    broken: ChainReport['broken'],
  ): Promise<ChainReport> {
    const head = seq === 0 ? undefined : { seq, hash: hash.toString('hex') };
    return { sealed: seq, head, waiting: broken ? 0 : await store.countAfter(this.#db, eventId), broken };
  }
}
