import type { Closing } from '#src/identity/closing/closing.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';

/** Accounts whose days of grace are over: erased, signed out everywhere, every client told. Answers how many. */
export async function deleteAccounts({
  closing,
  accountSessions,
}: {
  closing: Closing;
  accountSessions: AccountSessions;
}): Promise<number> {
  const due = await closing.listDue();
  let erased = 0;
  for (const accountId of due)
    if (await accountSessions.endAll(accountId, (transaction) => closing.erase(transaction, accountId))) erased++;
  return erased;
}
