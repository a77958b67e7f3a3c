import type { Connection } from '#src/platform/storage/database.ts';
import type { AccountCertificates } from '#src/identity/certificates/account-certificates.ts';
import type { ContactChanges } from '#src/identity/contacts/contact-changes.ts';
import type { SecurityQuestions } from '#src/identity/credentials/security-questions.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { ChangedSetting, Disownable } from '#src/identity/protection/notices.ts';

interface UndoDeps {
  factors: Factors;
  certificates: AccountCertificates;
  questions: SecurityQuestions;
  contactChanges: ContactChanges;
}

/** Takes back what a notice told of. Part of the caller's transaction. */
export async function undo(deps: UndoDeps, connection: Connection, { accountId, reported }: Disownable): Promise<void> {
  if ('replaced' in reported) return deps.contactChanges.undo(connection, accountId, reported);
  if (reported.event === 'new_device') return;
  const { event, factorId } = reported;
  if (event === 'question_set' || event === 'question_removed')
    return undoQuestion(deps.questions, connection, accountId, reported);
  if (event === 'factors_reordered') return deps.factors.order(connection, accountId, reported.order!);
  if (event === 'factor_renamed') return deps.factors.rename(connection, accountId, factorId!, reported.name);
  if (event === 'certificate_added') return void (await deps.certificates.remove(connection, accountId, factorId!));
  if (event === 'certificate_removed') return deps.certificates.restore(connection, accountId, factorId!);
  await undoFactor(deps.factors, connection, accountId, reported);
}

/** A stranger's question would bar the owner's way back. */
async function undoQuestion(
  questions: SecurityQuestions,
  connection: Connection,
  accountId: string,
  { question: before }: ChangedSetting,
): Promise<void> {
  if (before) await questions.set(connection, accountId, before.question, before.answerHash);
  else await questions.remove(connection, accountId);
}

async function undoFactor(
  factors: Factors,
  connection: Connection,
  accountId: string,
  { event, factorId }: ChangedSetting,
): Promise<void> {
  // Codes made by a stranger, or while one was in the account, must not open it.
  if (event === 'backup_codes_renewed' || event.endsWith('_added'))
    await factors.backupCodes.removeAll(connection, accountId);
  if (factorId === undefined) return;
  if (event.endsWith('_added')) await factors.remove(connection, accountId, factorId);
  else await factors.restore(connection, accountId, factorId);
}
