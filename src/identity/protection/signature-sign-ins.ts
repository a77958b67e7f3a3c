import type { Database } from '#src/platform/storage/database.ts';
import type { Account } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { AccountCertificates } from '#src/identity/certificates/account-certificates.ts';
import { namesThePerson } from '#src/identity/certificates/holder.ts';
import type { SignatureArchive } from '#src/identity/certificates/signature-archive.ts';
import type { BelievedSignature, SignatureChecks } from '#src/identity/certificates/signature-checks.ts';
import type { SignedTexts, TextScope } from '#src/identity/certificates/signed-texts.ts';
import type { Credentials } from '#src/identity/credentials/credentials.ts';

/** `refused` is one word for every reason that says something about an account or a certificate. */
type Refusal = 'expired' | 'too_many' | 'unreadable' | 'unavailable' | 'refused';

export type SignatureOutcome = { accountId: string; amr: string[]; generation: number } | { refused: Refusal };

interface SignatureSignInsDeps {
  db: Database;
  accounts: Accounts;
  credentials: Credentials;
  certificates: AccountCertificates;
  checks: SignatureChecks;
  texts: SignedTexts;
  archive: SignatureArchive;
  settings: { countsAsTwoFactors: boolean };
}

/**
 * A certificate in place of the password (L13): by a signature of a text, or shown to the proxy that speaks TLS.
 * @throws Refusal `password_reset_required` after "this wasn't me".
 */
export class SignatureSignIns {
  readonly #deps: SignatureSignInsDeps;

  constructor(deps: SignatureSignInsDeps) {
    this.#deps = deps;
  }

  get isOffered(): boolean {
    return this.#deps.checks.isOffered;
  }

  async bySignature(
    scope: TextScope,
    signature: { text: string; typed: string; address: string },
  ): Promise<SignatureOutcome> {
    return this.#finish(scope, await this.#deps.checks.check(scope, signature), signature.text);
  }

  async byTls(scope: TextScope, { certificate, others }: { certificate: Buffer; others: Buffer[] }) {
    return this.#finish(scope, await this.#deps.checks.checkCertificate(scope, certificate, others), undefined);
  }

  async #finish(
    scope: TextScope,
    checked: Awaited<ReturnType<SignatureChecks['check']>>,
    text: string | undefined,
  ): Promise<SignatureOutcome> {
    if ('refused' in checked) return { refused: checked.refused === 'untrusted' ? 'refused' : checked.refused };
    const { checks, certificates, settings } = this.#deps;
    const owner = await certificates.ownerOf(checked.believed.certificate.der);
    if (!owner) return checks.refuse(scope, 'refused', 'not_bound');
    const { accountId } = owner;
    const account = await this.#deps.accounts.find(accountId);
    const fault = await this.#faultOf(account, checked);
    if (fault !== undefined) return checks.refuse({ ...scope, accountId }, 'refused', fault);
    await this.#deps.credentials.refuseUntilReset(accountId);
    if (!(await this.#use({ ...owner, ...scope, accountId }, checked, text))) return checks.refuse(scope, 'expired');
    const amr = settings.countsAsTwoFactors ? ['sc', 'mfa'] : ['sc'];
    return { accountId, amr, generation: account!.generation };
  }

  /** Names change after a certificate was bound: it must still be this person's. */
  async #faultOf(account: Account | undefined, { believed }: BelievedSignature): Promise<string | undefined> {
    if (account?.status !== 'active') return 'inactive';
    const documents = await this.#deps.accounts.documents(account.id);
    const person = { profile: account.profile, documents };
    return namesThePerson(believed.certificate.subject, person) ? undefined : 'other_person';
  }

  /** True for exactly one caller; what it was believed for is kept in the same transaction. */
  async #use(
    { id, accountId, purpose }: { id: string; accountId: string; purpose: string },
    { evidence }: BelievedSignature,
    text: string | undefined,
  ): Promise<boolean> {
    const { db, texts, certificates, archive } = this.#deps;
    return db.transaction().execute(async (transaction) => {
      if (text !== undefined && !(await texts.use(text, transaction))) return false;
      if (!(await certificates.touch(transaction, id))) return false;
      await archive.keep(transaction, { accountId, purpose }, evidence);
      return true;
    });
  }
}
