import type { Clock } from '#src/platform/clock.ts';
import type { Language, Translations } from '#src/platform/i18n/translator.ts';
import type { MessageName } from '#src/platform/messaging/message.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Flows } from '#src/platform/storage/flows.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { ContactKind } from '#src/identity/accounts/contact.ts';
import type { KeptQuestion } from '#src/identity/credentials/security-questions.ts';
import type { ReplacedContact } from '#src/identity/contacts/contact-changes.ts';

/** What happened, and how it is undone when it was not the owner. */
export type Reported =
  { event: 'new_device' } | ChangedSetting | ({ event: `${ContactKind}_changed` } & ReplacedContact);

export interface ChangedSetting {
  event: SecurityChange;
  /** What "this wasn't me" removes or brings back. */
  factorId?: string;
  /** What there was before, where it was replaced. */
  question?: KeptQuestion;
  name?: string;
  order?: string[];
}

/** `security-change.<change>` in the locales says it in words. */
type SecurityChange =
  | 'sms_added'
  | 'sms_removed'
  | 'totp_added'
  | 'totp_removed'
  | 'passkey_added'
  | 'passkey_removed'
  | 'passkey_suspected'
  | 'backup_codes_renewed'
  | 'factor_renamed'
  | 'factors_reordered'
  | 'device_forgotten'
  | 'qr_denied'
  | 'certificate_added'
  | 'certificate_removed'
  | 'password_changed'
  | 'question_set'
  | 'question_removed'
  | 'password_recovered';

/** What the link "this wasn't me" stands for. */
export interface Disownable {
  accountId: string;
  reported: Reported;
  at: string;
}

/** Whom to tell, read before the transaction that tells. */
export interface Recipient {
  accountId: string;
  language: Language;
  zoneinfo: string | undefined;
  contacts: { kind: ContactKind; value: string }[];
}

/** How long a notice may wait for a gateway. */
const NOTICE_SECONDS = 24 * 3600;
const LINK = 'not-me';

interface NoticesDeps {
  db: Database;
  clock: Clock;
  accounts: Accounts;
  flows: Flows;
  messages: Messages;
  translations: Translations;
  budgets: Budgets;
  issuer: string;
  settings: { disownHours: number; noticesPerDay: number };
}

/** Tells a person, by every contact they proved, what happened in their account (L16). */
export class Notices {
  readonly #deps: NoticesDeps;

  constructor(deps: NoticesDeps) {
    this.#deps = deps;
  }

  /** Every contact that the person proved. */
  async recipient(accountId: string): Promise<Recipient> {
    const { accounts } = this.#deps;
    const account = await accounts.find(accountId);
    const contacts = (await accounts.contacts(accountId)).filter(({ verified }) => verified);
    return { accountId, language: account?.locale ?? 'ru', zoneinfo: account?.profile.zoneinfo, contacts };
  }

  /** Part of the caller's transaction; call `wake` of messages after the commit. */
  async newDevice(
    connection: Connection,
    recipient: Recipient,
    { device, site }: { device: string | undefined; site: string },
  ): Promise<void> {
    if (!(await this.#mayTell('device-notices', recipient.accountId, connection))) return;
    await this.#tell(connection, recipient, { event: 'new_device' }, (t) => ({
      name: 'new-device',
      args: { device: device ?? t('security.unknown-device'), client: site.slice(0, 40) },
    }));
  }

  /** Part of the caller's transaction. */
  async securityChanged(connection: Connection, recipient: Recipient, change: ChangedSetting): Promise<void> {
    await this.#tell(connection, recipient, change, (t) => ({
      name: change.event === 'password_recovered' ? 'password-recovered' : 'factor-changed',
      args: { change: t(`security-change.${change.event}`) },
    }));
  }

  /** Part of the caller's transaction. `recipient`: whom a link may take the new contact away for. */
  async contactChanged(connection: Connection, recipient: Recipient, replaced: ReplacedContact): Promise<void> {
    const event = `${replaced.contact.kind}_changed` as const;
    await this.#tell(connection, recipient, { event, ...replaced }, (t) => ({
      name: 'contact-changed',
      args: { change: t(`security-change.${event}`) },
    }));
  }

  /** Codes to the phone were guessed too often and stop for a day (D4): said by e-mail, once a day. */
  async codesClosed(accountId: string): Promise<void> {
    await this.#codesClosed(accountId, 'codes-closed');
  }

  async #codesClosed(accountId: string, name: 'codes-closed' | 'recovery-closed'): Promise<void> {
    const { db, budgets, messages } = this.#deps;
    const perDay = { name: `${name}-notice`, limit: 1, windowSeconds: 86_400 };
    if (!(await budgets.take(perDay, accountId))) return;
    const { contacts, language } = await this.recipient(accountId);
    const deadlineAt = this.#after(NOTICE_SECONDS);
    for (const { value } of contacts.filter(({ kind }) => kind === 'email'))
      await messages.send(db, { name, channel: 'email', to: value, language, args: {} }, { deadlineAt });
    messages.wake();
  }

  /** A passkey's counter went back: there may be a copy of it. */
  async passkeySuspected(accountId: string): Promise<void> {
    const { db, messages } = this.#deps;
    if (!(await this.#mayTell('suspected-passkey-notices', accountId))) return;
    await this.securityChanged(db, await this.recipient(accountId), { event: 'passkey_suspected' });
    messages.wake();
  }

  /** A sign-in on a computer was refused from the phone: the owner of the phone may not be the one who refused. */
  async qrDenied(accountId: string): Promise<void> {
    const { db, messages } = this.#deps;
    if (!(await this.#mayTell('denied-qr-notices', accountId))) return;
    await this.securityChanged(db, await this.recipient(accountId), { event: 'qr_denied' });
    messages.wake();
  }

  /** Looking at the link changes nothing. Undefined: used or expired. */
  async find(token: string): Promise<Disownable | undefined> {
    return (await this.#deps.flows.find<Disownable>(LINK, token))?.record;
  }

  /** For exactly one caller. */
  async take(connection: Connection, token: string): Promise<Disownable | undefined> {
    return this.#deps.flows.take<Disownable>(LINK, token, connection);
  }

  /** Codes for a forgotten password were guessed too often and stop for a day (D4): said by e-mail, once a day. */
  async recoveryClosed(accountId: string): Promise<void> {
    await this.#codesClosed(accountId, 'recovery-closed');
  }

  /** What strangers, or an owner paid for messages, could cause without end is told so many times a day. */
  async #mayTell(name: string, accountId: string, connection?: Connection): Promise<boolean> {
    const { budgets, settings } = this.#deps;
    return budgets.take({ name, limit: settings.noticesPerDay, windowSeconds: 86_400 }, accountId, connection);
  }

  async #tell(
    connection: Connection,
    { accountId, language, zoneinfo, contacts }: Recipient,
    reported: Reported,
    say: (t: (key: string) => string) => { name: MessageName; args: Record<string, string> },
  ): Promise<void> {
    const { flows, messages, translations, clock, issuer, settings } = this.#deps;
    const translator = translations.for(language);
    const at = clock.now();
    const record: Disownable = { accountId, reported, at: at.toISOString() };
    const token = await flows.create(LINK, record, settings.disownHours * 3600, connection);
    const { name, args } = say((key) => translator.t(key));
    const common = { at: translator.dateTime(at, zoneinfo), link: `${issuer}/not-me/${token}` };
    const deadlineAt = this.#after(NOTICE_SECONDS);
    for (const { kind, value } of contacts) {
      const channel = kind === 'phone' ? 'sms' : 'email';
      await messages.send(
        connection,
        { name, channel, to: value, language, args: { ...args, ...common } },
        { deadlineAt },
      );
    }
  }

  #after(seconds: number): Date {
    return new Date(this.#deps.clock.now().getTime() + seconds * 1000);
  }
}
