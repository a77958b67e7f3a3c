import type { Language } from '#src/platform/i18n/translator.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { Database } from '#src/platform/storage/database.ts';
import type { Profile } from '#src/identity/accounts/account.ts';
import type { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';

/** Whoever changes it over and over sends no message each time. */
const told = { name: 'address-told', limit: 3, windowSeconds: 86_400 };

interface AddressesDeps {
  db: Database;
  budgets: Budgets;
  identities: Identities;
  notices: AccountNotices;
  audit: Audit;
}

/** Where letters reach a person. No tier hangs on it, but letters with codes go there, so the owner hears of a change (R16). */
export class Addresses {
  readonly #deps: AddressesDeps;

  constructor(deps: AddressesDeps) {
    this.#deps = deps;
  }

  async save(accountId: string, address: NonNullable<Profile['address']>, language: Language): Promise<void> {
    const { db, budgets, identities, notices, audit } = this.#deps;
    await db.transaction().execute(async (transaction) => {
      const { profile } = (await identities.hold(transaction, accountId))!;
      if (profile.address?.formatted === address.formatted) return;
      await identities.saveProfile(transaction, accountId, { ...profile, address });
      await audit.record(auditEvent.addressChanged(accountId), transaction);
      if (!(await budgets.take(told, accountId, transaction))) return;
      await notices.tell(transaction, accountId, {
        name: 'data-changed',
        language,
        args: { link: '/account/history' },
      });
    });
    notices.wake();
  }
}
