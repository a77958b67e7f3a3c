import type { Clock } from '#src/platform/clock.ts';
import { Refusal } from '#src/platform/errors.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { Contact, ContactKind } from '#src/identity/accounts/contact.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import { subjectOf, type Delivery } from '#src/identity/recovery/delivery.ts';
import { changeChannel, give, journey } from '#src/identity/recovery/journey.ts';
import type { PersonNumber } from '#src/identity/recovery/known-numbers.ts';
import type { RecoveryFlow, RecoveryFlows, RecoveryRecord } from '#src/identity/recovery/recovery-flows.ts';
import { pick, type Found, type Named, type Whereabouts } from '#src/identity/recovery/whereabouts.ts';

interface SearchDeps {
  db: Database;
  clock: Clock;
  flows: RecoveryFlows;
  budgets: Budgets;
  whereabouts: Whereabouts;
  delivery: Delivery;
  audit: Audit;
  settings: { lookUpsPerBrowser: number; lookUpsPerAddress: number; startsPerAddress: number; resendSeconds: number };
}

interface Visitor {
  browser: string;
  address: string;
}

/** Who is meant, and the code or link on its way to them (P8 to P11, P15 to P18). Whatever was typed, it looks the same. */
export class Search {
  readonly #deps: SearchDeps;

  constructor(deps: SearchDeps) {
    this.#deps = deps;
  }

  /** The captcha was right. A refusal says nothing of the login: it counts for browser and address. */
  async begin(
    named: Named,
    second: PersonNumber | undefined,
    at: Visitor & Pick<RecoveryRecord, 'language' | 'interaction' | 'clientName'>,
  ): Promise<{ flowId: string } | { refused: 'too_many_lookups' }> {
    const { db, flows, whereabouts, delivery, audit } = this.#deps;
    const { browser, address, language, interaction, clientName } = at;
    if (!(await this.#mayLookUp(at, 'number' in named || second !== undefined))) return { refused: 'too_many_lookups' };
    const found = await whereabouts.find(named);
    const knowsMore = second !== undefined && (await whereabouts.has(found?.account.id, second));
    const record = this.#record(named, found, { browser, language, interaction, clientName });
    if ('number' in named || knowsMore) record.proofs.push('document');
    if (knowsMore) record.isMatched = true;
    const maySend = await delivery.maySend(record, { address, decoyPhone: decoyPhoneOf(record) });
    const flowId = await db.transaction().execute(async (transaction) => {
      const id = await flows.create(transaction, record);
      if (maySend) await delivery.send(transaction, { flowId: id, ...record });
      return id;
    });
    delivery.wake();
    await audit.record(auditEvent.recoveryBegun(found?.account.id, 'contact' in named ? 'contact' : named.number.kind));
    return { flowId };
  }

  /** False: a little later. Limits of the contact are kept silently. */
  async resend(flow: RecoveryFlow, address: string, channel?: ContactKind): Promise<boolean> {
    const { clock, settings, whereabouts } = this.#deps;
    const { record } = flow;
    const now = clock.now();
    if (now.getTime() - new Date(record.sentAt).getTime() < settings.resendSeconds * 1000) return false;
    const found = await whereabouts.standing(record.accountId);
    // Who named a phone is written to there, and who named a document where they like.
    const wanted = 'number' in record.named ? channel : record.channel;
    const reach = found && pick(found.reachable, wanted);
    const next = { ...record, reach, channel: reach?.kind ?? wanted ?? record.channel, sentAt: now.toISOString() };
    if (!(await this.#deps.flows.claim(flow, next))) return false;
    await this.#sendAnew(flow.id, next, address);
    return true;
  }

  /** Another contact of the same person, chosen from the masked ones. What the first one proved counts no more. */
  async changeChannel(flow: RecoveryFlow, channel: ContactKind, { browser, address }: Visitor): Promise<void> {
    const { clock, whereabouts } = this.#deps;
    const { record } = flow;
    const reach = pick((await whereabouts.standing(record.accountId))?.reachable ?? [], channel);
    const changed = changeChannel(record, channel, browser);
    if (!reach || !changed || !this.mayChooseChannel(flow, browser)) throw new Refusal('expired', 409);
    const { provenBy: _, ...rest } = record;
    // The client's request waits in the browser that began.
    const interaction = record.browser === browser ? record.interaction : undefined;
    const next = { ...rest, ...changed, interaction, reach, sentAt: clock.now().toISOString() };
    await this.#deps.flows.replace(flow, next);
    await this.#sendAnew(flow.id, next, address);
  }

  /** After a second matching number, or when the first channel is proven but something else is missing. */
  mayChooseChannel({ record }: RecoveryFlow, browser: string): boolean {
    return record.accountId !== undefined && (record.isMatched === true || record.provenBy === browser);
  }

  /** The person's contacts besides the one in use. */
  async otherContacts({ record }: RecoveryFlow): Promise<Contact[]> {
    const found = await this.#deps.whereabouts.standing(record.accountId);
    return found?.reachable.filter(({ kind }) => kind !== record.reach?.kind) ?? [];
  }

  /** Another number of the same person. Counted, because such numbers can be tried in turn. */
  async giveSecondNumber(
    flow: RecoveryFlow,
    number: PersonNumber,
    at: Visitor,
  ): Promise<'matched' | 'unknown' | 'too_many_lookups'> {
    const { whereabouts } = this.#deps;
    if (!(await this.#mayLookUp(at, true))) return 'too_many_lookups';
    const { record } = flow;
    const isAnother = !('number' in record.named) || record.named.number.kind !== number.kind;
    const isTheirs = await whereabouts.has(record.accountId, number);
    if (!isAnother || !isTheirs) return 'unknown';
    const given = give(journey, record, await whereabouts.demands(record.accountId!), {
      proof: 'document',
      accountId: record.accountId!,
      browser: at.browser,
    });
    await this.#deps.flows.replace(flow, { ...record, ...given, isMatched: true });
    return 'matched';
  }

  /** Of several tabs that ask at once one has claimed the record; only then its message is counted. */
  async #sendAnew(flowId: string, record: RecoveryRecord, address: string): Promise<void> {
    const { db, delivery } = this.#deps;
    if (!(await delivery.maySend(record, { address, decoyPhone: decoyPhoneOf(record) }))) return;
    await db.transaction().execute((transaction) => delivery.send(transaction, { flowId, ...record }));
    delivery.wake();
  }

  #record(
    named: Named,
    found: Found | undefined,
    at: Pick<RecoveryRecord, 'browser' | 'language' | 'interaction' | 'clientName'>,
  ): RecoveryRecord {
    const typed = 'contact' in named ? named.contact : undefined;
    const reach = found && (typed ?? pick(found.reachable));
    const unknown = typed ? `${typed.kind} ${typed.value}` : JSON.stringify(named);
    return {
      ...at,
      language: found?.account.locale ?? at.language,
      accountId: reach && found.account.id,
      generation: found?.account.generation,
      reach,
      named,
      subject: reach ? subjectOf(found.account.id) : unknown,
      channel: typed?.kind ?? reach?.kind ?? 'phone',
      proofs: ['captcha'],
      sentAt: this.#deps.clock.now().toISOString(),
    };
  }

  /** Documents can be counted through, contacts cannot; both begin something. */
  async #mayLookUp({ browser, address }: Visitor, isDocument: boolean): Promise<boolean> {
    const { budgets, settings } = this.#deps;
    const day = { windowSeconds: 86_400 };
    if (
      !(await budgets.take({ name: 'recovery-starts', limit: settings.startsPerAddress, windowSeconds: 600 }, address))
    )
      return false;
    if (!isDocument) return true;
    return (
      (await budgets.take({ name: 'document-lookups', limit: settings.lookUpsPerBrowser, ...day }, browser)) &&
      budgets.take({ name: 'document-lookups-address', limit: settings.lookUpsPerAddress, ...day }, address)
    );
  }
}

/** Any number: what was named might belong to an account with a phone. */
const ANY_PHONE = '+79000000000';

function decoyPhoneOf({ named }: RecoveryRecord): string | undefined {
  if ('number' in named) return ANY_PHONE;
  return named.contact.kind === 'phone' ? named.contact.value : undefined;
}
