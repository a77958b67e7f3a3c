import type { Audit } from '#src/identity/audit/audit.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';
import type { Algorithm, SigningKeys } from '#src/protocols/oidc/signing-keys.ts';

interface KeyRotationDeps {
  signingKeys: SigningKeys;
  live: LiveProvider;
  audit: Audit;
  /** How long relying parties may keep the key set. */
  keysMaxAgeSeconds: number;
}

/**
 * A rotation that an operator asks for. A key is put to use only when every cache has had two chances to learn it, so
 * nobody fails; with `force`, at once. Answers the algorithms that were rotated, none when it is too early.
 */
export async function rotateNow(
  { signingKeys, live, audit, keysMaxAgeSeconds }: KeyRotationDeps,
  { alg, force }: { alg?: Algorithm | undefined; force: boolean },
): Promise<Algorithm[]> {
  const rotated = await signingKeys.rotate(alg, force ? { force } : { knownForMs: 2 * keysMaxAgeSeconds * 1000 });
  if (rotated.length > 0) await audit.record(auditEvent.signingKeysRotated());
  await live.refresh();
  return rotated;
}
