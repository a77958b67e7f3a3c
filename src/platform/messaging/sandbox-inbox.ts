import type { Clock } from '#src/platform/clock.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { BlindIndex, FieldEncryption } from '#src/platform/security/encryption.ts';
import type { Channel, OutgoingMessage, Sender } from '#src/platform/messaging/sender.ts';
import { letterPdf } from '#src/platform/messaging/letter-pdf.ts';
import * as store from '#src/platform/messaging/sandbox-inbox-store.ts';

const KEPT = 200;

export interface InboxMessage {
  id: string;
  channel: Channel;
  to: string;
  subject?: string;
  text: string;
  /** Taken out of the text for scripts. */
  code?: string;
  links: string[];
  at: Date;
}

interface InboxDeps {
  db: Database;
  clock: Clock;
  encryption: FieldEncryption;
  index: BlindIndex;
}

type Cell = Pick<OutgoingMessage, 'to' | 'subject' | 'text' | 'letter'> & { at: string };

/** Where messages go when there is no gateway, readable for whoever tries the provider out. */
export class SandboxInbox implements Sender {
  readonly #deps: InboxDeps;

  constructor(deps: InboxDeps) {
    this.#deps = deps;
  }

  async send({ id, channel, to, subject, text, letter }: OutgoingMessage): Promise<void> {
    const { db, clock, encryption } = this.#deps;
    const now = clock.now();
    const cell: Cell = { to, subject, text, letter, at: now.toISOString() };
    const message = encryption.encryptJson(cell, placeOf(id));
    const isNew = await store.insertMessage(db, { id, channel, toIndex: this.#indexOf(to), message, now });
    if (isNew) await store.deleteAllButNewest(db, KEPT);
  }

  async close(): Promise<void> {}

  /** Newest first. `to` is compared after normalisation: case, spaces, punctuation and a leading 8 do not matter. */
  async list({ to, limit = 50 }: { to?: string; limit?: number } = {}): Promise<InboxMessage[]> {
    const toIndex = to === undefined ? undefined : this.#indexOf(to);
    const rows = await store.listNewest(this.#deps.db, { toIndex, limit });
    return rows.map((row) => this.#open(row));
  }

  /** A letter as it would be printed; it is made anew each time and stored nowhere. Undefined: there is no such letter. */
  async pdf(id: string): Promise<Buffer | undefined> {
    const row = await store.findMessage(this.#deps.db, id);
    if (row?.channel !== 'letter') return undefined;
    return letterPdf({ id, ...this.#deps.encryption.decryptJson<Cell>(row.message, placeOf(id)) });
  }

  #open({ id, channel, message }: store.StoredMessage): InboxMessage {
    const { to, subject, text, at } = this.#deps.encryption.decryptJson<Cell>(message, placeOf(id));
    return { id, channel, to, subject, text, code: codeIn(text), links: linksIn(text), at: new Date(at) };
  }

  #indexOf(to: string): Buffer {
    return this.#deps.index.of('sandbox_inbox.to_index', normalise(to));
  }
}

function placeOf(id: string) {
  return { table: 'sandbox_inbox', column: 'message', row: id };
}

function normalise(to: string): string {
  if (/[^\d\s()+.-]/.test(to)) return to.trim().toLowerCase().replace(/\s+/g, ' ');
  return to.replace(/\D/g, '').replace(/^8(?=\d{10}$)/, '7');
}

const linkPattern = /https?:\/\/[^\s<>"']+/g;

function linksIn(text: string): string[] {
  return [...text.matchAll(linkPattern)].map(([link]) => link.replace(/[.,;:!?)]+$/, ''));
}

/** The autofill line and a letter's four groups are certain; otherwise the first six digits that stand alone. */
function codeIn(text: string): string | undefined {
  const autofill = /^@\S+ #(\d+)$/m.exec(text);
  const letter = /(?<!\d)\d{4}(-\d{4}){3}(?!\d)/.exec(text);
  return autofill?.[1] ?? letter?.[0] ?? /(?<!\d)\d{6}(?!\d)/.exec(text.replace(linkPattern, ''))?.[0];
}
