import type { Generated, JSONColumnType } from 'kysely';

/** The schema as the program sees it; a test holds it equal to what the migrations make. */
export interface Tables {
  accounts: AccountRow;
  contacts: ContactRow;
  documents: DocumentRow;
  evidence: EvidenceRow;
  agreements: AgreementRow;
  passwords: PasswordRow;
  factors: FactorRow;
  passkeys: PasskeyRow;
  backup_codes: BackupCodeRow;
  devices: DeviceRow;
  budgets: BudgetRow;
  one_time_codes: OneTimeCodeRow;
  flows: FlowRow;
  clients: ClientRow;
  client_versions: ClientVersionRow;
  consents: ConsentRow;
  sessions: SessionRow;
  session_ids: SessionIdRow;
  grants: GrantRow;
  artifacts: ArtifactRow;
  signing_keys: SigningKeyRow;
  audit_events: AuditEventRow;
  audit_seals: AuditSealRow;
  outbox: OutboxRow;
  sandbox_inbox: SandboxInboxRow;
  checks: CheckRow;
  letters: LetterRow;
  contact_changes: ContactChangeRow;
  releases: ReleaseRow;
  client_requests: ClientRequestRow;
  account_logins: AccountLoginRow;
  account_holds: AccountHoldRow;
  security_questions: SecurityQuestionRow;
  operator_roles: OperatorRoleRow;
  console_sessions: ConsoleSessionRow;
  visits: VisitRow;
  approvals: ApprovalRow;
  restorations: RestorationRow;
  certificates: CertificateRow;
  signature_evidence: SignatureEvidenceRow;
  revocation_proofs: RevocationProofRow;
  sandbox_certificates: SandboxCertificateRow;
  tickets: TicketRow;
  ticket_replies: TicketReplyRow;
  earlier_passwords: EarlierPasswordRow;
  reviews: ReviewRow;
  app_locks: AppLockRow;
}

export interface AccountRow {
  id: string;
  oid: Generated<number>;
  status: Generated<'active' | 'blocked' | 'deleted'>;
  profile: Buffer;
  locale: string | null;
  created_at: Date;
  updated_at: Date;
  snapshot: Buffer | null;
  deletion_due_at: Date | null;
  sign_in_generation: Generated<number>;
}

export interface ContactRow {
  id: string;
  account_id: string;
  kind: 'phone' | 'email';
  value: Buffer;
  value_index: Buffer;
  verified_at: Date | null;
  created_at: Date;
  bounced_at: Date | null;
  affirmed_at: Date | null;
}

export interface DocumentRow {
  id: string;
  account_id: string;
  kind: string;
  value: Buffer;
  value_index: Buffer;
  verified_at: Date | null;
  created_at: Date;
  details: Buffer | null;
}

export interface EvidenceRow {
  id: string;
  account_id: string;
  method: 'registry' | 'review' | 'in_person' | 'mail' | 'esign';
  snapshot: Buffer;
  verified: Buffer | null;
  checked_by: string;
  created_at: Date;
  revoked_at: Date | null;
}

export interface AgreementRow {
  account_id: string;
  document: 'terms' | 'privacy';
  version: string;
  accepted_at: Date;
}

export interface PasswordRow {
  account_id: string;
  hash: string;
  changed_at: Date;
  reset_required_at: Date | null;
}

export interface FactorRow {
  id: string;
  account_id: string;
  kind: 'sms' | 'totp' | 'passkey';
  name: Buffer | null;
  secret: Buffer | null;
  last_step: number | null;
  position: number;
  created_at: Date;
  last_used_at: Date | null;
  removed_at: Date | null;
}

export interface PasskeyRow {
  factor_id: string;
  credential_id: string;
  public_key: Buffer;
  counter: number;
  transports: string[];
  is_synced: boolean;
}

export interface BackupCodeRow {
  account_id: string;
  code_hash: Buffer;
  created_at: Date;
  used_at: Date | null;
}

export interface DeviceRow {
  id: string;
  account_id: string;
  secret_hash: Buffer;
  name: string | null;
  created_at: Date;
  seen_at: Date;
  remembered_until: Date | null;
  passkey_at: Date | null;
}

export interface BudgetRow {
  key: Buffer;
  used: number;
  window_ends_at: Date;
}

export interface OneTimeCodeRow {
  id: string;
  purpose: string;
  target_index: Buffer;
  browser_index: Buffer | null;
  code_hash: Buffer;
  tries: Generated<number>;
  max_tries: number;
  created_at: Date;
  expires_at: Date;
  consumed_at: Date | null;
}

export interface FlowRow {
  id_hash: Buffer;
  kind: string;
  record: Buffer;
  version: Generated<number>;
  created_at: Date;
  expires_at: Date;
}

export interface ClientRow {
  id: string;
  metadata: JSONColumnType<Record<string, unknown>>;
  secret: Buffer | null;
  created_at: Date;
  updated_at: Date;
}

export interface ClientVersionRow {
  version: Generated<number>;
  at: Date;
  undoes: number | null;
  changes: JSONColumnType<StoredClientChange[]>;
}

/** One client before and after; null where there was none. `secret` is the encrypted cell of a removed one, in base64. */
export interface StoredClientChange {
  id: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  secret: string | null;
}

export interface ConsentRow {
  account_id: string;
  client_id: string;
  id: string;
  scopes: string[];
  claims: string[];
  resources: JSONColumnType<Record<string, string>>;
  purpose_hash: Buffer;
  granted_at: Date;
  expires_at: Date;
}

export interface SessionRow {
  uid: string;
  account_id: string | null;
  payload: string;
  authorizations: JSONColumnType<Record<string, SessionAuthorization>>;
  signed_in_at: Date | null;
  device: string | null;
  seen_at: Date;
  expires_at: Date;
  ended_at: Date | null;
}

/** What a session holds for one client: the `sid` of its ID tokens and the grant. */
export interface SessionAuthorization {
  sid?: string;
  grantId?: string;
  persistsLogout?: boolean;
}

export interface SessionIdRow {
  id_hash: Buffer;
  uid: string;
}

export interface GrantRow {
  id: string;
  account_id: string | null;
  client_id: string;
  payload: string;
  expires_at: Date;
  ended_at: Date | null;
}

export interface ArtifactRow {
  id_hash: Buffer;
  kind: string;
  grant_id: string | null;
  payload: Buffer;
  consumed_at: Date | null;
  expires_at: Date;
}

export interface SigningKeyRow {
  kid: string;
  alg: string;
  status: 'next' | 'current' | 'previous';
  private_key: Buffer;
  created_at: Date;
  activated_at: Date | null;
  retired_at: Date | null;
}

export interface AuditEventRow {
  id: Generated<number>;
  at: Date;
  event: string;
  account_id: string | null;
  client_id: string | null;
  details: JSONColumnType<Record<string, unknown>>;
}

export interface AuditSealRow {
  seq: number;
  event_id: number;
  sealed_at: Date;
  hash: Buffer;
}

export interface OutboxRow {
  id: string;
  kind: string;
  payload: Buffer | null;
  tries: Generated<number>;
  created_at: Date;
  next_try_at: Date;
  deadline_at: Date;
  delivered_at: Date | null;
  failed_at: Date | null;
  last_error: string | null;
}

export interface SandboxInboxRow {
  id: string;
  channel: 'sms' | 'email' | 'letter';
  to_index: Buffer;
  message: Buffer;
  at: Date;
}

export interface CheckRow {
  id: string;
  account_id: string;
  snapshot: Buffer;
  status: 'queued' | 'checking' | 'passed' | 'failed' | 'conflict' | 'overdue' | 'superseded';
  wrong_fields: Generated<string[]>;
  for_client: string | null;
  created_at: Date;
  deadline_at: Date;
  decided_at: Date | null;
}

export interface LetterRow {
  id: string;
  account_id: string;
  snapshot: Buffer;
  address_index: Buffer;
  code_hash: Buffer;
  tries: Generated<number>;
  created_at: Date;
  expires_at: Date;
  ended_at: Date | null;
}

export interface ContactChangeRow {
  id: string;
  account_id: string;
  kind: 'phone' | 'email';
  value: Buffer;
  created_at: Date;
  due_at: Date;
}

export interface ReleaseRow {
  account_id: string;
  client_id: string;
  claims: string[];
  first_at: Date;
  last_at: Date;
}

export interface ClientRequestRow {
  id: string;
  client_id: string;
  reference: string;
  at: Date;
  expires_at: Date;
  details: Buffer;
}

export interface AccountLoginRow {
  account_id: string;
  kind: 'foreign';
  value_index: Buffer;
  created_at: Date;
}

export interface AccountHoldRow {
  account_id: string;
  reason: 'recovery';
  created_at: Date;
  ends_at: Date;
}

export interface SecurityQuestionRow {
  account_id: string;
  question: Buffer;
  answer_hash: string;
  created_at: Date;
}

export interface OperatorRoleRow {
  id: string;
  account_id: string;
  role: 'clerk' | 'reviewer' | 'support' | 'client_operator' | 'security_officer' | 'administrator';
  office: string | null;
  given_by: string | null;
  given_at: Date;
  ended_by: string | null;
  ended_at: Date | null;
}

export interface ConsoleSessionRow {
  id_hash: Buffer;
  account_id: string;
  session_uid: string;
  signed_in_at: Date;
  seen_at: Date;
  expires_at: Date;
}

export interface VisitRow {
  id: string;
  account_id: string;
  operator_id: string;
  office: string;
  purpose: string;
  snapshot: Buffer;
  papers: string[];
  opened_at: Date;
  expires_at: Date;
  unmasked_at: Date | null;
  outcome: 'confirmed' | 'refused' | 'conflict' | 'restoration_asked' | 'restoration_sent' | null;
  ended_at: Date | null;
}

export interface ApprovalRow {
  id: string;
  act: string;
  payload: Buffer;
  payload_hash: Buffer;
  requested_by: string;
  requested_at: Date;
  expires_at: Date;
  decision: 'approved' | 'refused' | 'withdrawn' | null;
  decided_by: string | null;
  decided_at: Date | null;
}

export interface RestorationRow {
  id: string;
  account_id: string;
  terms: Buffer;
  stop_hash: Buffer;
  activation_hash: Buffer | null;
  activation_until: Date | null;
  created_at: Date;
  stop_until: Date;
  activated_at: Date | null;
  stopped_at: Date | null;
  removed_factors: Generated<string[]>;
  adds_contact: Generated<boolean>;
}

export interface CertificateRow {
  id: string;
  account_id: string;
  fingerprint: Buffer;
  certificate: Buffer;
  profile: 'qualified' | 'card';
  created_at: Date;
  last_used_at: Date | null;
  removed_at: Date | null;
}

export interface SignatureEvidenceRow {
  id: string;
  account_id: string;
  purpose: string;
  at: Date;
  record: Buffer;
  proofs: Buffer[];
}

export interface RevocationProofRow {
  hash: Buffer;
  proof: Buffer;
}

export interface SandboxCertificateRow {
  serial: string;
  certificate: Buffer;
  private_key: Buffer;
  created_at: Date;
  revoked_at: Date | null;
}

export interface TicketRow {
  id: string;
  number: string;
  topic: string;
  status: Generated<'new' | 'answered' | 'closed'>;
  content: Buffer;
  created_at: Date;
  updated_at: Date;
}

export interface TicketReplyRow {
  id: string;
  ticket_id: string;
  content: Buffer;
  created_at: Date;
}

export interface EarlierPasswordRow {
  id: string;
  account_id: string;
  hash: string;
  replaced_at: Date;
}

export interface ReviewRow {
  id: string;
  account_id: string;
  snapshot: Buffer;
  country: string;
  reference: string;
  status: 'submitted' | 'in_review' | 'approved' | 'rejected' | 'superseded';
  reviewer_id: string | null;
  reason: string | null;
  created_at: Date;
  taken_at: Date | null;
  decided_at: Date | null;
}

export interface AppLockRow {
  browser_hash: Buffer;
  pattern_hash: string;
  wrong_tries: Generated<number>;
  created_at: Date;
  used_at: Date;
  opened_until: Date | null;
}
