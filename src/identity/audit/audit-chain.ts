import type { KeyObject } from 'node:crypto';
import type { Clock } from '#src/platform/clock.ts';
import type { Logger } from '#src/platform/logger.ts';
import type { Metrics } from '#src/platform/metrics.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Alarms } from '#src/identity/audit/alarms.ts';
import * as store from '#src/identity/audit/audit-chain-store.ts';
import { linkOf, NOTHING_BEFORE } from '#src/identity/audit/audit-seal.ts';

const BATCH = 1000;
/** The log holds a head a minute. */
const TELLING_MS = 60_000;
/** While one transaction stays open for so many looks, later ones are not remembered. */
const SIGHTS = 60;

interface AuditChainDeps {
  db: Database;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  alarms: Alarms;
  key: KeyObject;
}

/**
 * Seals events in the order of their numbers, after they were committed and away from whoever wrote them: a chain made in
 * the writers' transactions would let one sign-in through at a time. An event is sealed when every transaction that may
 * still bring an earlier one has ended, so that whatever turns up between two sealed events was not written by us.
 */
export class AuditChain {
  readonly #deps: AuditChainDeps;
  #sights: store.Sight[] = [];
  #head = 0;
  #toldAt = 0;

  constructor(deps: AuditChainDeps) {
    this.#deps = deps;
  }

  /** Called every second or so, on every instance. Answers how many events it sealed. */
  async seal(): Promise<number> {
    const { db, alarms } = this.#deps;
    const sight = await store.look(db);
    if (sight.sealed < this.#head) {
      // Links are gone. Sealing again what somebody rewrote would make it look right.
      await alarms.raise('audit_chain');
      return 0;
    }
    this.#reach(sight.sealed);
    const upTo = this.#settled(sight);
    let sealed = 0;
    for (let batch: store.Link[] | undefined; !batch || batch.length === BATCH; sealed += batch.length) {
      batch = upTo === 0 ? [] : await db.transaction().execute((transaction) => this.#sealBatch(transaction, upTo));
      this.#tell(batch.at(-1));
    }
    return sealed;
  }

  /**
   * A number may be taken before its transaction has one of its own, so what counts is not the look that saw the number but
   * the transactions known at the look after it.
   */
  #settled(now: store.Sight): number {
    const next = [...this.#sights.slice(1), now];
    const ended = this.#sights.filter((_, i) => now.oldestRunning >= next[i]!.nextTransaction);
    if (ended.length > 0) this.#sights = this.#sights.slice(ended.length);
    if (this.#sights.length < SIGHTS) this.#sights.push(now);
    return ended.at(-1)?.newest ?? 0;
  }

  async #sealBatch(transaction: Connection, upTo: number): Promise<store.Link[]> {
    if (!(await store.lock(transaction))) return [];
    const head = await store.findHead(transaction);
    const last = head?.seq ?? 0;
    if (last < this.#head) return [];
    const rows = await store.listBetween(transaction, { after: head?.event_id ?? 0, upTo, limit: BATCH });
    if (rows.length === 0) return [];
    const sealedAt = this.#deps.clock.now();
    let before = head?.hash ?? NOTHING_BEFORE;
    const links = rows.map(({ account_id: accountId, client_id: clientId, ...row }, i): store.Link => {
      const seq = last + i + 1;
      before = linkOf(this.#deps.key, before, { seq, sealedAt, accountId, clientId, ...row });
      return { seq, event_id: row.id, sealed_at: sealedAt, hash: before };
    });
    await store.insertLinks(transaction, links);
    return links;
  }

  /** The head leaves the database, so that a chain cut short or made anew can be told from this one. */
  #tell(newest: store.Link | undefined): void {
    if (!newest) return;
    this.#reach(newest.seq);
    const { clock, logger } = this.#deps;
    if (clock.now().getTime() - this.#toldAt < TELLING_MS) return;
    this.#toldAt = clock.now().getTime();
    logger.info({ head: `${newest.seq}:${newest.hash.toString('hex')}` }, 'audit log sealed');
  }

  #reach(seq: number): void {
    this.#head = seq;
    this.#deps.metrics.auditSealed.set(seq);
  }
}
