import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Language } from '#src/platform/i18n/translator.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Outbox } from '#src/platform/messaging/outbox.ts';
import { newToken } from '#src/platform/security/random.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Flows } from '#src/platform/storage/flows.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import type { Codes, CodeScope, LinkScope } from '#src/identity/codes/codes.ts';
import type { SendLimits } from '#src/identity/codes/send-limits.ts';

/** To whom a code or link goes. Without `reach` there is nobody, and everything is done but the sending. */
export interface Addressee {
  flowId: string;
  /** The account, or what was typed: codes and limits are counted for it. */
  subject: string;
  browser: string;
  language: Language;
  reach: Contact | undefined;
}

const LINK = 'recovery-link';
const SILENCE = 'recovery-silence';

interface DeliveryDeps {
  clock: Clock;
  flows: Flows;
  codes: Codes;
  sendLimits: SendLimits;
  messages: Messages;
  outbox: Outbox;
  issuer: string;
  settings: Config['codes'];
}

/** The code to a phone or the link to an address. The same work whoever is meant; only what the gateway gets differs (E1). */
export class Delivery {
  readonly #deps: DeliveryDeps;

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    // A job like any other in the outbox, so that an unknown login takes as long as a known one.
    deps.outbox.register(SILENCE, async () => {});
  }

  /**
   * Says nothing to the person at the page: limits belong to the contact, and would tell whose it is.
   * @param decoyPhone where there is no phone to write to, but might have been one.
   */
  async maySend(
    { subject, reach }: Pick<Addressee, 'subject' | 'reach'>,
    { address, decoyPhone }: { address: string; decoyPhone: string | undefined },
  ): Promise<boolean> {
    const { codes, sendLimits } = this.#deps;
    const isOpen = !(await codes.isClosed({ purpose: 'recover', target: subject }));
    // Each of these numbers was proven once, and cost a captcha now: no neighbour may close its range.
    const options = reach?.kind === 'phone' ? { isProven: true } : { isProven: true, decoyPhone };
    const verdict = await sendLimits.take(reach?.value ?? subject, address, options);
    return isOpen && verdict === 'allowed';
  }

  /** Part of the caller's transaction. What was sent before is dead. */
  async send(connection: Connection, to: Addressee): Promise<void> {
    const { codes, flows, settings } = this.#deps;
    const { flowId, reach, language } = to;
    const [code, token] = [await this.#code(connection, to), newToken()];
    const linkSeconds = settings.emailLinkMinutes * 60;
    await codes.issueLink(connection, linkOf(to), {
      token: reach?.kind === 'email' ? token : newToken(),
      seconds: linkSeconds,
    });
    const link = await flows.create(LINK, { flowId, token }, linkSeconds, connection);
    if (!reach) return this.#silence(connection);
    if (reach.kind === 'phone') {
      const args = { code, minutes: Math.floor(settings.smsSeconds / 60) };
      return this.#put(
        connection,
        { name: 'recovery-code', channel: 'sms', to: reach.value, language, args },
        settings.smsSeconds,
      );
    }
    const args = { link: `${this.#deps.issuer}/recover/link/${link}`, minutes: settings.emailLinkMinutes };
    await this.#put(
      connection,
      { name: 'recovery-link', channel: 'email', to: reach.value, language, args },
      linkSeconds,
    );
  }

  wake(): void {
    this.#deps.messages.wake();
  }

  async verifyCode(scope: Pick<Addressee, 'subject' | 'browser'>, typed: string) {
    return this.#deps.codes.verify(scopeOf(scope), typed);
  }

  /** The right code or link came back from there. */
  async answered(recipient: string): Promise<void> {
    await this.#deps.sendLimits.answered(recipient);
  }

  async isClosed({ subject }: Pick<Addressee, 'subject'>): Promise<boolean> {
    return this.#deps.codes.isClosed({ purpose: 'recover', target: subject });
  }

  /** The journey that a link belongs to. Looking does not use it. */
  async flowOf(link: string): Promise<{ flowId: string; token: string } | undefined> {
    return (await this.#deps.flows.find<{ flowId: string; token: string }>(LINK, link))?.record;
  }

  async isLinkLive(to: Pick<Addressee, 'subject'>, token: string): Promise<boolean> {
    return this.#deps.codes.isLinkLive(linkOf(to), token);
  }

  async useLink(connection: Connection, to: Pick<Addressee, 'subject'>, token: string): Promise<boolean> {
    return this.#deps.codes.useLink(connection, linkOf(to), token);
  }

  /** Everything that was sent to this account and could still open it. */
  async cancelAll(connection: Connection, accountId: string, phones: string[]): Promise<void> {
    const { codes } = this.#deps;
    const subject = subjectOf(accountId);
    await codes.cancel(connection, { purpose: 'recover', target: subject });
    await codes.cancel(connection, linkOf({ subject }));
    for (const phone of phones)
      for (const purpose of ['sign-in', 'change-factors', 'recover'] as const)
        await codes.cancel(connection, { purpose, target: `${accountId} ${phone}` });
  }

  async #code(connection: Connection, to: Addressee): Promise<string> {
    const { codes } = this.#deps;
    if (to.reach?.kind === 'phone') return codes.issue(connection, scopeOf(to));
    await codes.issueDecoy(connection, scopeOf(to));
    return '';
  }

  async #put(connection: Connection, message: Parameters<Messages['send']>[1], seconds: number): Promise<void> {
    await this.#deps.messages.send(connection, message, { deadlineAt: this.#after(seconds) });
  }

  async #silence(connection: Connection): Promise<void> {
    await this.#deps.outbox.put(connection, { kind: SILENCE, payload: {}, deadlineAt: this.#after(60) });
  }

  #after(seconds: number): Date {
    return new Date(this.#deps.clock.now().getTime() + seconds * 1000);
  }
}

export function subjectOf(accountId: string): string {
  return `account ${accountId}`;
}

function scopeOf({ subject, browser }: Pick<Addressee, 'subject' | 'browser'>): CodeScope {
  return { purpose: 'recover', target: subject, browser };
}

function linkOf({ subject }: Pick<Addressee, 'subject'>): LinkScope {
  return { purpose: 'recover-link', target: subject };
}
