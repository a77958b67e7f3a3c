import type { Config } from '#src/platform/config/config.ts';
import type { Clock } from '#src/platform/clock.ts';
import type { Messages } from '#src/platform/messaging/messages.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { Codes, CodeScope } from '#src/identity/codes/codes.ts';
import type { SendLimits } from '#src/identity/codes/send-limits.ts';
import type {
  Attempt,
  Begun,
  Enrolled,
  FactorMethod,
  FactorTimes,
  FactorVerdict,
} from '#src/identity/factors/factor.ts';
import * as factorStore from '#src/identity/factors/factor-store.ts';

interface SmsFactorDeps {
  db: Database;
  clock: Clock;
  codes: Codes;
  sendLimits: SendLimits;
  messages: Messages;
  /** How the account's owner is reached: the code goes to the verified phone. */
  contacts(accountId: string): Promise<{ kind: string; value: string; verified: boolean }[]>;
  settings: Config['codes'];
}

/** Double authorisation (L14, L15): a code to the verified phone, bound to account, number, purpose and browser (D5). */
export class SmsFactor implements FactorMethod {
  readonly kind = 'sms';
  readonly amr = ['sms'];
  readonly #deps: SmsFactorDeps;

  constructor(deps: SmsFactorDeps) {
    this.#deps = deps;
  }

  /** Undefined: the account has no verified phone. */
  async phoneOf(accountId: string): Promise<string | undefined> {
    const contacts = await this.#deps.contacts(accountId);
    return contacts.find(({ kind, verified }) => kind === 'phone' && verified)?.value;
  }

  async begin(attempt: Attempt): Promise<Begun> {
    const { db, codes, sendLimits, messages } = this.#deps;
    const phone = await this.phoneOf(attempt.accountId);
    if (!phone) return { verdict: 'unavailable' };
    const scope = scopeOf(attempt, phone);
    if (await codes.isClosed(scope)) return { verdict: 'too_many' };
    const verdict = await sendLimits.take(phone, attempt.address, { isProven: true });
    if (verdict !== 'allowed') return { verdict: verdict === 'phone_country' ? 'sms_paused' : verdict };
    await db.transaction().execute(async (transaction) => {
      await this.#send(attempt, phone, await codes.issue(transaction, scope), transaction);
    });
    messages.wake();
    return { verdict: 'ready' };
  }

  async verify(attempt: Attempt, answer: string): Promise<FactorVerdict> {
    const { db, clock, codes } = this.#deps;
    const phone = await this.phoneOf(attempt.accountId);
    if (!phone) return 'expired';
    const scope = scopeOf(attempt, phone);
    const verdict = await codes.verify(scope, answer);
    // The last guess of the day says so, because no further code will be sent.
    if (verdict === 'wrong' && (await codes.isClosed(scope))) return 'closed';
    if (verdict === 'right') {
      await factorStore.markUsed(db, attempt.accountId, 'sms', clock.now());
      await this.#deps.sendLimits.answered(phone);
    }
    return verdict;
  }

  async times(attempt: Attempt): Promise<FactorTimes | undefined> {
    const phone = await this.phoneOf(attempt.accountId);
    return phone === undefined ? undefined : this.#deps.codes.times(scopeOf(attempt, phone));
  }

  async prepare(attempt: Attempt): Promise<Begun> {
    return this.begin(attempt);
  }

  async confirm(attempt: Attempt, answer: string): Promise<{ verdict: FactorVerdict; enrolled?: Enrolled }> {
    const verdict = await this.verify(attempt, answer);
    return verdict === 'right' ? { verdict, enrolled: {} } : { verdict };
  }

  async #send(
    { language, purpose, site }: Attempt,
    phone: string,
    code: string,
    connection: Parameters<Codes['issue']>[0],
  ) {
    const { clock, messages, settings } = this.#deps;
    const args = { code, client: site, minutes: Math.floor(settings.smsSeconds / 60) };
    const name = messageFor[purpose];
    const deadlineAt = new Date(clock.now().getTime() + settings.smsSeconds * 1000);
    await messages.send(connection, { name, channel: 'sms', to: phone, language, args }, { deadlineAt });
  }
}

const messageFor = { 'sign-in': 'sign-in-code', 'change-factors': 'security-code', recover: 'recovery-code' } as const;

function scopeOf({ accountId, purpose, browser }: Attempt, phone: string): CodeScope {
  return { purpose, target: `${accountId} ${phone}`, browser };
}
