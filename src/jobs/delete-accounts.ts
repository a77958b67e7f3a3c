import type { Database } from '#src/platform/storage/database.ts';
import type { Closing } from '#src/identity/closing/closing.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';

/** Accounts whose days of grace are over: signed out everywhere, every client told, then erased. Answers how many. */
export async function deleteAccounts({
  db,
  closing,
  accountSessions,
}: {
  db: Database;
  closing: Closing;
  accountSessions: AccountSessions;
}): Promise<number> {
  const due = await closing.listDue();
  for (const accountId of due) {
    await accountSessions.endAll(accountId);
    await db.transaction().execute((transaction) => closing.erase(transaction, accountId));
  }
  return due.length;
}
