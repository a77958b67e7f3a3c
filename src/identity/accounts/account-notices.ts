import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { Message, MessageName } from '#src/platform/messaging/message.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { AccountContact } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';

/** News that are older than that are found in the account anyway. */
const WORTH_DAYS = 3;

export interface Notice {
  name: MessageName;
  language: Language | undefined;
  /** `link` is a path of ours. */
  args?: Record<string, string | number>;
}

/** What a person is told about their account, on the contacts they proved. Part of the transaction that causes it. */
export class AccountNotices {
  readonly #deps: { clock: Clock; accounts: Accounts; messages: Messages; issuer: string };

  constructor(deps: { clock: Clock; accounts: Accounts; messages: Messages; issuer: string }) {
    this.#deps = deps;
  }

  /** One message: by e-mail where there is an address, else by SMS. */
  async tell(connection: Connection, accountId: string, notice: Notice): Promise<void> {
    const proven = await this.#proven(connection, accountId);
    const contact = proven.find(({ kind }) => kind === 'email') ?? proven[0];
    if (contact) await this.tellContact(connection, contact, notice);
  }

  /** On every way there is: for what an owner must hear of even when one contact is in strange hands. */
  async tellEverywhere(connection: Connection, accountId: string, notice: Notice): Promise<void> {
    for (const contact of await this.#proven(connection, accountId))
      await this.tellContact(connection, contact, notice);
  }

  async tellContact(connection: Connection, { kind, value }: Contact, { name, language, args }: Notice): Promise<void> {
    const { clock, messages, issuer } = this.#deps;
    const said: Message['args'] = { ...args };
    if (said.link !== undefined) said.link = `${issuer}${said.link}`;
    const channel = kind === 'phone' ? 'sms' : 'email';
    const message: Message = { name, channel, to: value, language: language ?? 'ru', args: said };
    const deadlineAt = new Date(clock.now().getTime() + WORTH_DAYS * 86_400_000);
    await messages.send(connection, message, { deadlineAt });
  }

  /** After the commit. */
  wake(): void {
    this.#deps.messages.wake();
  }

  async #proven(connection: Connection, accountId: string): Promise<AccountContact[]> {
    return (await this.#deps.accounts.contacts(accountId, connection)).filter(({ verified }) => verified);
  }
}
