/** One state change, for those who will ask who did what. Holds pseudonymous ids, never a name, contact, code or token. */
export interface AuditEvent {
  event: string;
  accountId?: string;
  clientId?: string;
  details?: Record<string, string | number | boolean>;
}

/** One builder for each event, so that an event always has the same members. */
export const auditEvent = {
  accountCreated: (accountId: string, contact: string): AuditEvent => ({
    event: 'account_created',
    accountId,
    details: { contact },
  }),
  contactVerified: (accountId: string, contact: string): AuditEvent => ({
    event: 'contact_verified',
    accountId,
    details: { contact },
  }),
  /** `method`: what was proven, in the words of `amr`. */
  signedIn: (accountId: string, clientId: string, method: string, device: string): AuditEvent => ({
    event: 'signed_in',
    accountId,
    clientId,
    details: { method, device },
  }),
  secondFactorFailed: (accountId: string, factor: string, reason: string): AuditEvent => ({
    event: 'second_factor_failed',
    accountId,
    details: { factor, reason },
  }),
  steppedUp: (accountId: string, clientId: string, factor: string): AuditEvent => ({
    event: 'stepped_up',
    accountId,
    clientId,
    details: { factor },
  }),
  securityChanged: (accountId: string, change: string): AuditEvent => ({
    event: 'security_changed',
    accountId,
    details: { change },
  }),
  disowned: (accountId: string, what: string): AuditEvent => ({ event: 'disowned', accountId, details: { what } }),
  signInFailed: (accountId: string): AuditEvent => ({ event: 'sign_in_failed', accountId }),
  /** Before it is known whose passkey it is there is no account. */
  passkeyRefused: (accountId: string | undefined, reason: string): AuditEvent => ({
    event: 'passkey_refused',
    accountId,
    details: { reason },
  }),
  qrAnswered: (accountId: string, clientId: string, answer: 'approved' | 'wrong' | 'denied'): AuditEvent => ({
    event: 'qr_answered',
    accountId,
    clientId,
    details: { answer },
  }),
  passwordRehashed: (accountId: string): AuditEvent => ({ event: 'password_rehashed', accountId }),
  termsAccepted: (accountId: string, terms: string, privacy: string): AuditEvent => ({
    event: 'terms_accepted',
    accountId,
    details: { terms, privacy },
  }),
  consentGranted: (accountId: string, clientId: string): AuditEvent => ({
    event: 'consent_granted',
    accountId,
    clientId,
  }),
  consentRevoked: (accountId: string, clientId: string): AuditEvent => ({
    event: 'consent_revoked',
    accountId,
    clientId,
  }),
  sessionEnded: (accountId: string, by: 'person' | 'client'): AuditEvent => ({
    event: 'session_ended',
    accountId,
    details: { by },
  }),
  allSessionsEnded: (accountId: string, count: number): AuditEvent => ({
    event: 'all_sessions_ended',
    accountId,
    details: { count },
  }),
  identityChanged: (accountId: string): AuditEvent => ({ event: 'identity_changed', accountId }),
  checkStarted: (accountId: string): AuditEvent => ({ event: 'check_started', accountId }),
  checkEnded: (accountId: string, status: string): AuditEvent => ({
    event: 'check_ended',
    accountId,
    details: { status },
  }),
  identityConfirmed: (accountId: string, method: string, by: string): AuditEvent => ({
    event: 'identity_confirmed',
    accountId,
    details: { method, by },
  }),
  confirmationConflict: (accountId: string, method: string): AuditEvent => ({
    event: 'confirmation_conflict',
    accountId,
    details: { method },
  }),
  letterOrdered: (accountId: string): AuditEvent => ({ event: 'letter_ordered', accountId }),
  addressChanged: (accountId: string): AuditEvent => ({ event: 'address_changed', accountId }),
  contactChanged: (accountId: string, contact: string): AuditEvent => ({
    event: 'contact_changed',
    accountId,
    details: { contact },
  }),
  contactLost: (accountId: string, contact: string): AuditEvent => ({
    event: 'contact_lost',
    accountId,
    details: { contact },
  }),
  contactChangePlanned: (accountId: string, contact: string): AuditEvent => ({
    event: 'contact_change_planned',
    accountId,
    details: { contact },
  }),
  contactChangeCancelled: (accountId: string, contact: string): AuditEvent => ({
    event: 'contact_change_cancelled',
    accountId,
    details: { contact },
  }),
  /** `by` names a role or an office, never a person: the owner of the record reads it. */
  recordViewed: (accountId: string, by: string, purpose: string): AuditEvent => ({
    event: 'record_viewed',
    accountId,
    details: { by, purpose },
  }),
  notMe: (accountId: string, eventId: number): AuditEvent => ({
    event: 'not_me',
    accountId,
    details: { event: eventId },
  }),
  dataExported: (accountId: string): AuditEvent => ({ event: 'data_exported', accountId }),
  deletionPlanned: (accountId: string): AuditEvent => ({ event: 'deletion_planned', accountId }),
  deletionCancelled: (accountId: string): AuditEvent => ({ event: 'deletion_cancelled', accountId }),
  accountDeleted: (accountId: string): AuditEvent => ({ event: 'account_deleted', accountId }),
  clientRegistered: (clientId: string): AuditEvent => ({ event: 'client_registered', clientId }),
  clientChanged: (clientId: string, fields: string[]): AuditEvent => ({
    event: 'client_changed',
    clientId,
    details: { fields: fields.join(' ') },
  }),
  clientRemoved: (clientId: string): AuditEvent => ({ event: 'client_removed', clientId }),
  clientSecretRenewed: (clientId: string): AuditEvent => ({ event: 'client_secret_renewed', clientId }),
  clientsApplied: (version: number, changes: number): AuditEvent => ({
    event: 'clients_applied',
    details: { version, changes },
  }),
  clientsRolledBack: (version: number, to: number, changes: number): AuditEvent => ({
    event: 'clients_rolled_back',
    details: { version, to, changes },
  }),
  signingKeysRotated: (): AuditEvent => ({ event: 'signing_keys_rotated' }),
};
