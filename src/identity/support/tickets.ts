import type { Clock } from '#src/platform/clock.ts';
import type { Config } from '#src/platform/config/config.ts';
import type { Message } from '#src/platform/messaging/message.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { FieldEncryption, Place } from '#src/platform/security/encryption.ts';
import { newCode, newId } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Ticket, TicketContent, TicketStatus, TicketSummary, Topic } from '#src/identity/support/ticket.ts';
import * as ticketStore from '#src/identity/support/ticket-store.ts';

/** How long an e-mail about a ticket may wait for the gateway. */
const WORTH_DAYS = 3;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

interface TicketsDeps {
  db: Database;
  clock: Clock;
  encryption: FieldEncryption;
  budgets: Budgets;
  messages: Messages;
  audit: Audit;
  settings: Config['support'];
}

/** Comments and suggestions (S1): written by anybody, answered by e-mail. */
export class Tickets {
  readonly #deps: TicketsDeps;

  constructor(deps: TicketsDeps) {
    this.#deps = deps;
  }

  /** The number, or undefined when this address or contact has written too often. Call after the captcha. */
  async open(topic: Topic, content: TicketContent, address: string): Promise<string | undefined> {
    const { db, budgets, settings, messages } = this.#deps;
    const isAllowed = await budgets.takeAll([
      [{ name: 'ticket-address', limit: settings.ticketsPerAddressPerHour, windowSeconds: HOUR_SECONDS }, address],
      [
        { name: 'ticket-contact', limit: settings.ticketsPerContactPerDay, windowSeconds: DAY_SECONDS },
        content.contact,
      ],
    ]);
    if (!isAllowed) return undefined;
    const number = await db.transaction().execute(async (transaction) => {
      const given = await this.#insert(transaction, topic, content);
      // Nothing of what was typed: the address may be somebody else's.
      await this.#write(transaction, content, { name: 'ticket-received', args: { number: given } });
      return given;
    });
    messages.wake();
    return number;
  }

  /** The queue of one state; the longest waiting first. */
  async list(status: TicketStatus, limit = 100): Promise<TicketSummary[]> {
    const rows = await ticketStore.listByStatus(this.#deps.db, status, limit);
    return rows.map(({ created_at, topic, ...row }) => ({ ...row, topic: topic as Topic, createdAt: created_at }));
  }

  async find(id: string): Promise<Ticket | undefined> {
    const { db, encryption } = this.#deps;
    const row = await ticketStore.find(db, id);
    if (!row) return undefined;
    const content = encryption.decryptJson<TicketContent>(row.content, placeOf('tickets', id));
    const replies = (await ticketStore.listReplies(db, id)).map((reply) => ({
      ...encryption.decryptJson<{ text: string; by: string }>(reply.content, placeOf('ticket_replies', reply.id)),
      at: reply.created_at,
    }));
    const { number, status, created_at: createdAt } = row;
    return { id, number, topic: row.topic as Topic, status, createdAt, ...content, replies };
  }

  /** `by` names a role or an operator, never in what is sent. False: it is closed or there is none. */
  async reply(id: string, text: string, by: string): Promise<boolean> {
    const { db, clock, encryption, messages, audit } = this.#deps;
    const ticket = await this.find(id);
    const now = clock.now();
    const isReplied = await db.transaction().execute(async (transaction) => {
      const states: TicketStatus[] = ['new', 'answered'];
      if (!(await ticketStore.move(transaction, id, { from: states, to: 'answered', at: now }))) return false;
      const replyId = newId(now);
      const content = encryption.encryptJson({ text, by }, placeOf('ticket_replies', replyId));
      await ticketStore.insertReply(transaction, { id: replyId, ticket_id: id, content, created_at: now });
      const args = { number: ticket!.number, answer: text };
      await this.#write(transaction, ticket!, { name: 'ticket-answered', args });
      await audit.record(auditEvent.ticketAnswered(ticket!.number), transaction);
      return true;
    });
    messages.wake();
    return isReplied;
  }

  /** False: it was closed before. */
  async close(id: string): Promise<boolean> {
    const { db, clock, audit } = this.#deps;
    return db.transaction().execute(async (transaction) => {
      const states: TicketStatus[] = ['new', 'answered'];
      if (!(await ticketStore.move(transaction, id, { from: states, to: 'closed', at: clock.now() }))) return false;
      const { number } = (await ticketStore.find(transaction, id))!;
      await audit.record(auditEvent.ticketClosed(number), transaction);
      return true;
    });
  }

  async #insert(connection: Connection, topic: Topic, content: TicketContent): Promise<string> {
    const { clock, encryption } = this.#deps;
    const now = clock.now();
    for (;;) {
      const id = newId(now);
      const number = newCode(8).replace(/^(\d{4})/, '$1-');
      const cell = encryption.encryptJson(content, placeOf('tickets', id));
      const row = { id, number, topic, content: cell, created_at: now, updated_at: now };
      if (await ticketStore.insert(connection, row)) return number;
    }
  }

  async #write(
    connection: Connection,
    { contact, language }: Pick<TicketContent, 'contact' | 'language'>,
    message: Pick<Message, 'name' | 'args'>,
  ): Promise<void> {
    const { clock, messages } = this.#deps;
    const deadlineAt = new Date(clock.now().getTime() + WORTH_DAYS * DAY_SECONDS * 1000);
    await messages.send(connection, { ...message, channel: 'email', to: contact, language }, { deadlineAt });
  }
}

function placeOf(table: 'tickets' | 'ticket_replies', row: string): Place {
  return { table, column: 'content', row };
}
