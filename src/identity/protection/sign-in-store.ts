import type { Statement, Statements } from '#src/platform/storage/statements.ts';
import type { AuditEvent } from '#src/identity/audit/audit-event.ts';

/** Seen again, and recorded, or neither. */
const onKnownDevice: Statement = {
  name: 'sign_in_on_known_device',
  text: `with known as (
      update devices set seen_at = $3, name = $4 where account_id = $1 and secret_hash = $2 returning id
    ), recorded as (
      insert into audit_events (at, event, account_id, client_id, details)
      select $3, $5, $1, $6, $7::jsonb from known
    )
    select id from known`,
};

/** False, and nothing is written, when the account does not know the device. */
export async function recordOnKnownDevice(
  statements: Statements,
  { accountId, secretHash, name, at }: { accountId: string; secretHash: Buffer; name: string | null; at: Date },
  { event, clientId, details }: AuditEvent,
): Promise<boolean> {
  const values = [accountId, secretHash, at, name, event, clientId ?? null, JSON.stringify(details ?? {})];
  return (await statements.run(onKnownDevice, values)).length > 0;
}
