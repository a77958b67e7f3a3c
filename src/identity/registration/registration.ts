import type { Language } from '#src/platform/i18n/translator.ts';
import { Refusal } from '#src/platform/errors.ts';
import { isUniqueViolation, type Connection, type Database } from '#src/platform/storage/database.ts';
import type { Flow, Flows } from '#src/platform/storage/flows.ts';
import type { Accounts, Agreement } from '#src/identity/accounts/accounts.ts';
import type { Contact } from '#src/identity/accounts/contact.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { CodeTimes, CodeVerdict } from '#src/identity/codes/codes.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';
import type { PersonalFacts } from '#src/identity/credentials/password-policy.ts';
import type { ContactProof, ProofVerdict } from '#src/identity/registration/contact-proof.ts';
import type { EmailConfirmations } from '#src/identity/registration/email-confirmations.ts';
import type { ForeignPerson, ForeignPersons } from '#src/identity/registration/foreign-persons.ts';
import { foreignProfile } from '#src/identity/verification/foreign-passport.ts';

/** What the person typed on the first page, in normal form. Phone or e-mail or both; a phone is proven first. */
export interface Applicant {
  familyName: string;
  givenName: string;
  phone?: string;
  email?: string;
  language: Language;
  agreement: Agreement;
  /** Absent for everybody else. */
  foreign?: ForeignPerson;
}

interface RegistrationRecord extends Applicant {
  /** The browser that began. */
  browser: string;
  /** The browser that proved the contact: only there may the password be set. */
  provenBy?: string;
  /** The one e-mail link that is still good; asking again replaces it. */
  link?: string;
  /** The client's request the person came from, and goes back to. */
  interaction?: string;
  clientName?: string;
  accountId?: string;
  /** The login of a foreign citizen, once the account is made. */
  foreignLogin?: string;
}

export type RegistrationFlow = Flow<RegistrationRecord>;
/** What is to be done next in this browser; pages lead everybody to it. */
export type RegistrationStep =
  | 'check-phone'
  | 'check-email'
  | 'create-password'
  | 'done'
  /** As `done`, in a browser other than the one that began: only there is the client's request waiting. */
  | 'done-elsewhere'
  /** The contact was proven in another browser, and everything more happens there. */
  | 'elsewhere';

const FLOW = 'registration';
const LINK = 'registration-link';
const TICKET = 'sign-in-ticket';
const FLOW_SECONDS = 24 * 3600;
const TICKET_SECONDS = 600;

interface RegistrationDeps {
  db: Database;
  flows: Flows;
  accounts: Accounts;
  credentials: Credentials;
  proof: ContactProof;
  emailConfirmations: EmailConfirmations;
  foreignPersons: ForeignPersons;
  audit: Audit;
  linkSeconds: number;
}

/**
 * From nothing to a simplified account (R4 to R8): name and contact, proof of the contact, password. There is no account
 * before the last step, so there is nothing to hijack beforehand (F2).
 */
export class Registration {
  readonly #deps: RegistrationDeps;

  constructor(deps: RegistrationDeps) {
    this.#deps = deps;
  }

  /** Begins, and sends the first code or link. A verdict other than the flow id means that nothing was begun. */
  async begin(
    applicant: Applicant,
    origin: { browser: string; address: string; interaction?: string; clientName?: string },
  ): Promise<{ flowId: string } | { refused: Exclude<ProofVerdict, 'sent' | 'too_soon'> }> {
    const { address, ...rest } = origin;
    const verdict = await this.#deps.proof.mayAsk(contactOf(applicant), address);
    if (verdict === 'too_many' || verdict === 'phone_country') return { refused: verdict };
    const known = verdict === 'sent' ? await this.#whoIsTold(applicant, address) : 'nobody';
    const flowId = await this.#deps.db.transaction().execute(async (transaction) => {
      const id = await this.#deps.flows.create<RegistrationRecord>(
        FLOW,
        { ...applicant, ...rest },
        FLOW_SECONDS,
        transaction,
      );
      if (verdict === 'sent')
        await this.#send((await this.#deps.flows.find<RegistrationRecord>(FLOW, id, transaction))!, known, transaction);
      return id;
    });
    return { flowId };
  }

  async find(id: string): Promise<RegistrationFlow | undefined> {
    return this.#deps.flows.find<RegistrationRecord>(FLOW, id);
  }

  /** The browser that began, or the one that proved the contact. */
  isKnownTo({ record }: RegistrationFlow, browser: string): boolean {
    return browser === record.browser || browser === record.provenBy;
  }

  step({ record }: RegistrationFlow, browser: string): RegistrationStep {
    if (!record.provenBy) return record.phone ? 'check-phone' : 'check-email';
    if (record.provenBy !== browser) return 'elsewhere';
    if (!record.accountId) return 'create-password';
    return record.browser === browser ? 'done' : 'done-elsewhere';
  }

  /** The same code page or e-mail page again, with a new message. */
  async resend(flow: RegistrationFlow, address: string): Promise<ProofVerdict> {
    const verdict = await this.#deps.proof.mayAsk(contactOf(flow.record), address);
    if (verdict !== 'sent') return verdict;
    const known = await this.#whoIsTold(flow.record, address);
    await this.#deps.db.transaction().execute((transaction) => this.#send(flow, known, transaction));
    return verdict;
  }

  async codeTimes({ record }: RegistrationFlow): Promise<CodeTimes | undefined> {
    return this.#deps.proof.codeTimes(record.phone!, record.browser);
  }

  async proveByCode(flow: RegistrationFlow, browser: string, typed: string): Promise<CodeVerdict> {
    if (flow.record.browser !== browser) throw new Refusal('wrong_browser', 403);
    const verdict = await this.#deps.proof.verifyCode(flow.record.phone!, browser, typed);
    if (verdict === 'right') await this.#replace(flow, { ...flow.record, provenBy: browser });
    return verdict;
  }

  /** Looking at a link does not use it: mail scanners open every link they see. */
  async findByLink(token: string): Promise<RegistrationFlow | undefined> {
    const link = await this.#deps.flows.find<{ flowId: string }>(LINK, token);
    const flow = link && (await this.find(link.record.flowId));
    return flow?.record.link === token ? flow : undefined;
  }

  /** Uses the link up, in any browser; that browser may then set the password. Undefined: used, replaced or expired. */
  async proveByLink(token: string, browser: string): Promise<RegistrationFlow | undefined> {
    const flow = await this.findByLink(token);
    if (!flow) return undefined;
    const isUsed = await this.#deps.db.transaction().execute(async (transaction) => {
      if (!(await this.#deps.flows.take(LINK, token, transaction))) return false;
      await this.#replace(flow, { ...flow.record, provenBy: browser, link: undefined }, transaction);
      return true;
    });
    if (!isUsed) return undefined;
    await this.#deps.proof.answered(contactOf(flow.record));
    return flow;
  }

  /**
   * Makes the account. The caller has checked the password against the policy and hashed it.
   * @returns the ticket that signs this browser in, once; `taken` when somebody proved the same contact a moment before,
   * `finished` when this browser did, with a second press of the button.
   */
  async finish(
    flow: RegistrationFlow,
    { browser, address }: { browser: string; address: string },
    passwordHash: string,
  ): Promise<{ ticket: string } | 'taken' | 'finished'> {
    if (this.step(flow, browser) !== 'create-password') throw new Refusal('wrong_browser', 403);
    const email = flow.record.phone && flow.record.email;
    const mayWrite = email && (await this.#deps.proof.mayAsk({ kind: 'email', value: email }, address)) === 'sent';
    try {
      return await this.#deps.db.transaction().execute(async (transaction) => {
        const accountId = await this.#createAccount(transaction, flow.record, passwordHash);
        const { foreign } = flow.record;
        const foreignLogin = foreign && (await this.#deps.foreignPersons.settle(transaction, accountId, foreign));
        if (mayWrite) await this.#deps.emailConfirmations.send(transaction, { accountId, email }, flow.record.language);
        await this.#replace(flow, { ...flow.record, accountId, foreignLogin }, transaction);
        return { ticket: await this.#deps.flows.create(TICKET, { accountId, browser }, TICKET_SECONDS, transaction) };
      });
    } catch (error) {
      if (!isUniqueViolation(error, 'contacts_verified_key')) throw error;
      return (await this.find(flow.id))?.record.accountId ? 'finished' : 'taken';
    }
  }

  /**
   * A second press, whose answer is the one that the browser keeps: another ticket, for the same password in the browser
   * that finished. Undefined for everybody else.
   */
  async ticketAgain(
    flow: RegistrationFlow,
    { browser, address }: { browser: string; address: string },
    password: string,
  ): Promise<string | undefined> {
    const { credentials, flows } = this.#deps;
    const { accountId } = flow.record;
    if (this.step(flow, browser) !== 'done') return undefined;
    const checked = await credentials.check({ login: contactOf(flow.record).value, password, address });
    return checked === accountId ? flows.create(TICKET, { accountId, browser }, TICKET_SECONDS) : undefined;
  }

  /** The account a ticket signs in, once and only in the browser that set the password. */
  async redeemTicket(ticket: string, browser: string): Promise<string | undefined> {
    const found = await this.#deps.flows.take<{ accountId: string; browser: string }>(TICKET, ticket);
    return found?.browser === browser ? found.accountId : undefined;
  }

  async #createAccount(connection: Connection, record: RegistrationRecord, hash: string): Promise<string> {
    const { accounts, credentials, audit } = this.#deps;
    const { familyName, givenName, language, agreement, foreign } = record;
    const contact = contactOf(record);
    const accountId = await accounts.create(connection, {
      profile: foreign ? foreignProfile({}, foreign.passport) : { familyName, givenName },
      locale: language,
      verified: [contact],
      unverified: contact.kind === 'phone' && record.email ? [{ kind: 'email', value: record.email }] : [],
      agreement,
    });
    await credentials.set(connection, accountId, hash);
    await audit.record(auditEvent.accountCreated(accountId, contact.kind), connection);
    return accountId;
  }

  /** A foreign citizen who is here already is told where their account can be reached, if that may be written to now. */
  async #whoIsTold({ foreign, email }: Applicant, address: string): Promise<Contact | 'nobody' | undefined> {
    const known = foreign && (await this.#deps.foreignPersons.knownContact(foreign, email!));
    if (!known || known.value === email) return known;
    return (await this.#deps.proof.mayAsk(known, address)) === 'sent' ? known : 'nobody';
  }

  async #send(flow: RegistrationFlow, known: Contact | 'nobody' | undefined, connection: Connection): Promise<void> {
    const { phone, email, browser, language } = flow.record;
    if (known === 'nobody') return;
    if (known) return this.#deps.foreignPersons.tellKnown(connection, known, language);
    if (phone) return this.#deps.proof.sendCode(connection, phone, browser, language);
    const token = await this.#deps.flows.create(LINK, { flowId: flow.id }, this.#deps.linkSeconds, connection);
    await this.#replace(flow, { ...flow.record, link: token }, connection);
    await this.#deps.proof.sendLink(connection, email!, token, language);
  }

  async #replace(flow: RegistrationFlow, record: RegistrationRecord, connection?: Connection): Promise<void> {
    if (!(await this.#deps.flows.replace(flow, record, connection))) throw new Refusal('expired', 409);
  }
}

/** The contact that must be proven: the phone when there is one, else the e-mail address (R4). */
export function contactOf({ phone, email }: Pick<Applicant, 'phone' | 'email'>): Contact {
  return phone ? { kind: 'phone', value: phone } : { kind: 'email', value: email! };
}

export function factsOf({ familyName, givenName, phone, email, foreign }: Applicant): PersonalFacts {
  const contacts = { phones: phone ? [phone] : [], emails: email ? [email] : [] };
  return { names: [familyName, givenName], ...contacts, birthdate: foreign?.passport.birthdate, snils: foreign?.snils };
}
