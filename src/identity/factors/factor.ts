import type { Language } from '#src/platform/i18n/translator.ts';

/** `backup_code` is never enrolled by itself: it stands in for another factor that is lost. */
export type FactorKind = 'sms' | 'totp' | 'passkey' | 'backup_code';
export type EnrolledKind = Exclude<FactorKind, 'backup_code'>;

/** A factor as its owner sees it. */
export interface Factor {
  id: string;
  kind: EnrolledKind;
  name: string | undefined;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** Who is asked, where, and what for. A code or challenge of one attempt is nothing in another. */
export interface Attempt {
  accountId: string;
  /** The asking browser's secret. */
  browser: string;
  /** Its network address, for the limits of sending. */
  address: string;
  language: Language;
  purpose: 'sign-in' | 'change-factors' | 'recover';
  /** The site the person signs in to, as a message may name it. */
  site: string;
}

type BeginVerdict = 'ready' | 'too_soon' | 'too_many' | 'sms_paused' | 'unavailable';
export type FactorVerdict = 'right' | 'wrong' | 'expired' | 'closed';

/** `amr`: what this very answer proves. `reason`: why it was refused, for the log. */
export interface FactorProof {
  verdict: FactorVerdict;
  amr: readonly string[];
  reason?: string;
}

/** `shown` is what the page hands to the person's device: a passkey's challenge, an authenticator's key. */
export interface Begun {
  verdict: BeginVerdict;
  shown?: string;
}

/** What the row of an enrolled factor holds: an authenticator's key and last time step, a passkey's public key. */
export interface Enrolled {
  secret?: string;
  lastStep?: number;
  passkey?: EnrolledPasskey;
}

export interface EnrolledPasskey {
  credentialId: string;
  publicKey: Buffer;
  counter: number;
  transports: string[];
  isSynced: boolean;
}

export interface FactorTimes {
  expiresAt: Date;
  mayResendAt: Date;
}

/**
 * A way to prove possession. Promises: tries are counted before anything is compared, in the database, so parallel
 * guesses are not more than the limit; a right answer is right once; verdicts say nothing that helps guessing.
 */
export interface FactorMethod {
  readonly kind: FactorKind;
  /** What a right answer adds to `amr` (RFC 8176). */
  readonly amr: readonly string[];
  /** Sends or makes what the person must answer. Without effect for methods that need no beginning. */
  begin(attempt: Attempt): Promise<Begun>;
  verify(attempt: Attempt, answer: string): Promise<FactorVerdict | FactorProof>;
  /** Undefined: nothing is running that could expire. */
  times?(attempt: Attempt): Promise<FactorTimes | undefined>;
  /** Before enrolment: sends a code, or makes a key. `shown` is kept by the caller and given back to `confirm`. */
  prepare?(attempt: Attempt): Promise<Begun>;
  /** Proves that the person holds the new factor. `enrolled` comes with the verdict `right` only. */
  confirm?(attempt: Attempt, answer: string, shown: string): Promise<{ verdict: FactorVerdict; enrolled?: Enrolled }>;
}
