/** One state change, for those who will ask who did what. Holds pseudonymous ids, never a name, contact, code or token. */
export interface AuditEvent {
  event: string;
  accountId?: string;
  clientId?: string;
  details?: Record<string, string | number | boolean>;
}

/** Who of ours looked, for what; the office where the role has one. */
export interface Look {
  operator: string;
  by: string;
  office?: string;
  purpose: string;
}

interface WrittenRole {
  role: string;
  office?: string;
  /** Undefined: whoever holds the server's own keys. */
  operator?: string;
}

/** One builder for each event, so that an event always has the same members. */
export const auditEvent = {
  accountCreated: (accountId: string, contact: string): AuditEvent => ({
    event: 'account_created',
    accountId,
    details: { contact },
  }),
  createdInPerson: (
    accountId: string,
    contact: string,
    { office, operator }: { office: string; operator: string },
  ): AuditEvent => ({
    event: 'account_created',
    accountId,
    details: { contact, way: 'in_person', by: 'clerk', office, operator },
  }),
  accountActivated: (accountId: string): AuditEvent => ({ event: 'account_activated', accountId }),
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
  /** Before it is known whose certificate it is there is no account. */
  signatureRefused: (accountId: string | undefined, purpose: string, reason: string): AuditEvent => ({
    event: 'signature_refused',
    accountId,
    details: { purpose, reason },
  }),
  qrAnswered: (accountId: string, clientId: string, answer: 'approved' | 'wrong' | 'denied'): AuditEvent => ({
    event: 'qr_answered',
    accountId,
    clientId,
    details: { answer },
  }),
  /** Without an account: whoever was meant is nobody here, or may not come back this way. */
  recoveryBegun: (accountId: string | undefined, by: string): AuditEvent => ({
    event: 'recovery_begun',
    accountId,
    details: { by },
  }),
  recoveryProofFailed: (accountId: string, proof: string): AuditEvent => ({
    event: 'recovery_proof_failed',
    accountId,
    details: { proof },
  }),
  /** `proofs`: what was shown, in order. */
  passwordRecovered: (accountId: string, proofs: string): AuditEvent => ({
    event: 'password_recovered',
    accountId,
    details: { proofs },
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
  identityConfirmed: (accountId: string, method: string, by: string, operator?: string): AuditEvent => ({
    event: 'identity_confirmed',
    accountId,
    details: written({ method, by, operator }),
  }),
  confirmationConflict: (accountId: string, method: string): AuditEvent => ({
    event: 'confirmation_conflict',
    accountId,
    details: { method },
  }),
  reviewSubmitted: (accountId: string): AuditEvent => ({ event: 'review_submitted', accountId }),
  reviewDecided: (accountId: string, decision: string, operator: string, reason?: string): AuditEvent => ({
    event: 'review_decided',
    accountId,
    details: written({ decision, operator, reason }),
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
  contactChangeUndone: (accountId: string, contact: string): AuditEvent => ({
    event: 'contact_change_undone',
    accountId,
    details: { contact },
  }),
  /** An operator's look at a record. The owner reads the role and the office; `operator` is for us. */
  recordViewed: (accountId: string, look: Look): AuditEvent => ({
    event: 'record_viewed',
    accountId,
    details: written(look),
  }),
  /** Numbers that were covered were shown. */
  recordUnmasked: (accountId: string, look: Look): AuditEvent => ({
    event: 'record_unmasked',
    accountId,
    details: written(look),
  }),
  papersSeen: (accountId: string, papers: string, look: Look): AuditEvent => ({
    event: 'papers_seen',
    accountId,
    details: { papers, ...written(look) },
  }),
  visitRefused: (accountId: string, look: Look): AuditEvent => ({
    event: 'visit_refused',
    accountId,
    details: written(look),
  }),
  restorationAsked: (accountId: string, reason: string, look: Look): AuditEvent => ({
    event: 'restoration_asked',
    accountId,
    details: { reason, ...written(look) },
  }),
  /** `second`: who approved; absent where nobody had to. */
  restorationSent: (
    accountId: string,
    sent: { by: string; office: string; contact: string; reason: string; operator: string; second?: string },
  ): AuditEvent => ({ event: 'restoration_sent', accountId, details: written(sent) }),
  restorationCompleted: (accountId: string, contact: string, factors: string): AuditEvent => ({
    event: 'restoration_completed',
    accountId,
    details: { contact, factors },
  }),
  restorationStopped: (accountId: string, stage: 'before' | 'after'): AuditEvent => ({
    event: 'restoration_stopped',
    accountId,
    details: { stage },
  }),
  roleGiven: (accountId: string, role: WrittenRole): AuditEvent => ({
    event: 'role_given',
    accountId,
    details: written(role),
  }),
  roleEnded: (accountId: string, role: WrittenRole): AuditEvent => ({
    event: 'role_ended',
    accountId,
    details: written(role),
  }),
  /** A role given without a second person although there were enough. */
  glassBroken: (accountId: string, role: string, reason: string): AuditEvent => ({
    event: 'glass_broken',
    accountId,
    details: { role, reason },
  }),
  consoleEntered: (accountId: string, method: string): AuditEvent => ({
    event: 'console_entered',
    accountId,
    details: { method },
  }),
  approvalRequested: (operator: string, act: string, approval: string): AuditEvent => ({
    event: 'approval_requested',
    details: { act, approval, operator },
  }),
  approvalDecided: (operator: string, act: string, approval: string, decision: string): AuditEvent => ({
    event: 'approval_decided',
    details: { act, approval, decision, operator },
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
  /** By the number that the person knows it by. */
  ticketAnswered: (number: string): AuditEvent => ({ event: 'ticket_answered', details: { number } }),
  ticketSeen: (number: string, operator: string): AuditEvent => ({
    event: 'ticket_seen',
    details: { number, operator },
  }),
  ticketClosed: (number: string): AuditEvent => ({ event: 'ticket_closed', details: { number } }),
  /** `subject`: a country or the beginning of a range. */
  alarmRaised: (alarm: string, subject: string): AuditEvent => ({ event: 'alarm_raised', details: { alarm, subject } }),
  signingKeysRotated: (): AuditEvent => ({ event: 'signing_keys_rotated' }),
};

function written(members: object): Record<string, string> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
