/** Why a signature, certificate, revocation list or answer was not believed. Released codes never change. */
export type FaultReason =
  | 'too_large'
  | 'malformed'
  | 'not_signed_data'
  | 'no_signer'
  | 'several_signers'
  | 'certificate_missing'
  | 'content_mismatch'
  | 'content_ambiguous'
  | 'content_type_mismatch'
  | 'attribute_repeated'
  | 'attribute_missing'
  | 'signing_certificate_mismatch'
  | 'digest_mismatch'
  | 'bad_signature'
  | 'algorithm_unsupported'
  | 'algorithm_mismatch'
  | 'algorithm_weak'
  | 'key_unsupported'
  | 'key_weak'
  | 'not_yet_valid'
  | 'expired'
  | 'self_signed'
  | 'issuer_unknown'
  | 'not_an_authority'
  | 'path_too_long'
  | 'wrong_key_usage'
  | 'wrong_extended_key_usage'
  | 'name_constraints_unsupported'
  | 'critical_extension_unknown'
  | 'revocation_unknown'
  | 'revocation_expired'
  | 'revocation_signer_wrong'
  | 'revoked'
  | 'nonce_mismatch'
  | 'response_unsuccessful';

export interface Failed {
  ok: false;
  reason: FaultReason;
}

/** Thrown inside this room only; the room's public functions answer `Failed` instead. */
export class SignatureFault extends Error {
  readonly reason: FaultReason;

  constructor(reason: FaultReason) {
    super(reason);
    this.reason = reason;
  }
}

export function refuseIf(condition: boolean, reason: FaultReason): void {
  if (condition) throw new SignatureFault(reason);
}

/** Turns a fault into an answer. Any other error is ours and flies on. */
export function attempt<T>(work: () => T): T | Failed {
  try {
    return work();
  } catch (error) {
    if (error instanceof SignatureFault) return { ok: false, reason: error.reason };
    throw error;
  }
}
