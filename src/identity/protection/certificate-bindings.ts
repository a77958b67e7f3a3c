import type { Identities } from '#src/identity/accounts/identities.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import { isUniqueViolation, type Connection } from '#src/platform/storage/database.ts';
import { namesThePerson } from '#src/identity/certificates/holder.ts';
import type { SignatureArchive } from '#src/identity/certificates/signature-archive.ts';
import type {
  BelievedSignature,
  SignatureChecks,
  SignatureRefusal,
} from '#src/identity/certificates/signature-checks.ts';
import type { SignedTexts, TextScope } from '#src/identity/certificates/signed-texts.ts';
import type { SecuritySettings } from '#src/identity/protection/security-settings.ts';

export type BindingVerdict = 'bound' | 'taken' | 'other_person' | 'not_standard' | SignatureRefusal;

type AccountScope = TextScope & { accountId: string };

interface CertificateBindingsDeps {
  identities: Identities;
  texts: SignedTexts;
  checks: SignatureChecks;
  archive: SignatureArchive;
  securitySettings: SecuritySettings;
}

/** A certificate becomes a way into an account: its holder signs a text, and is the person of the account (L12, I5). */
export class CertificateBindings {
  readonly #deps: CertificateBindingsDeps;

  constructor(deps: CertificateBindingsDeps) {
    this.#deps = deps;
  }

  /** Passport and SNILS were checked: only then it is known whom the certificate has to name. */
  async mayBind(accountId: string, connection?: Connection): Promise<boolean> {
    const { identities } = this.#deps;
    const evidence = await identities.evidence(accountId, connection);
    const documents = await identities.documents(accountId, connection);
    const fitting = evidence.filter(({ fits }) => fits).map(({ method }) => method);
    return tierFrom(fitting) !== 'simplified' && documents.some(({ kind, verified }) => kind === 'snils' && verified);
  }

  async bind(
    scope: AccountScope,
    signature: { text: string; typed: string; address: string },
  ): Promise<BindingVerdict> {
    const { checks } = this.#deps;
    const checked = await checks.check(scope, signature);
    if ('refused' in checked) return checked.refused;
    const verdict = await this.#bindTo(scope, signature.text, checked).catch((error: unknown) => {
      if (isUniqueViolation(error, 'certificates_fingerprint_key')) return 'taken' as const;
      throw error;
    });
    return verdict === 'bound' ? verdict : (await checks.refuse(scope, verdict)).refused;
  }

  async #bindTo(scope: AccountScope, text: string, { believed, evidence }: BelievedSignature): Promise<BindingVerdict> {
    const { identities, texts, archive, securitySettings } = this.#deps;
    const { accountId } = scope;
    let refused: BindingVerdict = 'expired';
    const isBound = await securitySettings.addCertificate(accountId, believed, async (transaction) => {
      const held = await identities.hold(transaction, accountId);
      if (!held || !(await this.mayBind(accountId, transaction))) refused = 'not_standard';
      else if (!namesThePerson(believed.certificate.subject, held)) refused = 'other_person';
      else if (await texts.use(text, transaction)) {
        await archive.keep(transaction, scope, evidence);
        return true;
      }
      return false;
    });
    return isBound ? 'bound' : refused;
  }
}
