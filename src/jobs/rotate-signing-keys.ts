import type { Audit } from '#src/identity/audit/audit.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';
import type { SigningKeys } from '#src/protocols/oidc/signing-keys.ts';

/** Publishes the next key, puts it to use when its time has come, removes the one nobody verifies with any more. */
export async function rotateSigningKeys({
  signingKeys,
  live,
  audit,
}: {
  signingKeys: SigningKeys;
  live: LiveProvider;
  audit: Audit;
}): Promise<void> {
  if (await signingKeys.due()) {
    await signingKeys.rotate();
    await audit.record(auditEvent.signingKeysRotated());
  }
  await signingKeys.retire();
  await live.refresh();
}
