import { isOwnClient } from '#src/protocols/oidc/own-clients.ts';
import type { Audit, PastEvent } from '#src/identity/audit/audit.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import type { SecurityQuestions } from '#src/identity/credentials/security-questions.ts';
import type { Devices } from '#src/identity/devices/devices.ts';
import type { AccountCertificates } from '#src/identity/certificates/account-certificates.ts';
import type { SignatureChecks } from '#src/identity/certificates/signature-checks.ts';
import type { Factors } from '#src/identity/factors/factors.ts';
import type { Page } from '#src/web/middleware/page.ts';

interface Sources {
  accountCertificates: AccountCertificates;
  signatureChecks: SignatureChecks;
  factors: Factors;
  devices: Devices;
  audit: Audit;
  clients: Clients;
  questions: SecurityQuestions;
}

const SHOWN_EVENTS = ['signed_in', 'sign_in_failed', 'second_factor_failed', 'passkey_refused', 'signature_refused'];

/** What the security page is told. */
export async function securityOverview(sources: Sources, accountId: string, page: Page) {
  const { factors, devices, audit } = sources;
  const { translator } = page;
  const list = await factors.list(accountId);
  const hasPasskey = list.some(({ kind }) => kind === 'passkey');
  const events = await audit.latest(accountId, SHOWN_EVENTS, 10);
  return {
    factors: list.map(({ id, kind, name, createdAt, lastUsedAt }) => ({
      kind,
      name: name ?? page.t(`factor.${kind}`),
      addedAt: translator.date(createdAt),
      usedAt: lastUsedAt && translator.dateTime(lastUsedAt),
      url: kind === 'sms' && list.length === 1 ? '/account/security/sms' : `/account/security/factor/${id}`,
    })),
    hasSms: list.some(({ kind }) => kind === 'sms'),
    smsUrl: '/account/security/sms',
    totpUrl: '/account/security/authenticator',
    passkeyUrl: '/account/security/passkey',
    hasQuestion: (await sources.questions.find(accountId)) !== undefined,
    questionUrl: '/account/security/question',
    backupCodesLeft: await factors.backupCodes.left(accountId),
    backupCodesAction: '/account/security/backup-codes',
    certificates: await describeCertificates(sources, accountId, page),
    certificateUrl: '/account/security/certificate',
    certificateRemoval: '/account/security/certificate/removal',
    devices: (await devices.list(accountId)).map(({ id, name, seenAt, rememberedUntil, prefersPasskey }) => ({
      id,
      name: name ?? page.t('security.unknown-device'),
      seenAt: translator.dateTime(seenAt),
      rememberedUntil: rememberedUntil && translator.date(rememberedUntil),
      offersPasskey: hasPasskey && prefersPasskey,
    })),
    forgetAction: '/account/security/devices/forget',
    events: await Promise.all(events.map((event) => describeEvent(event, sources.clients, page))),
    sessionsUrl: '/account/sessions',
  };
}

/** Undefined where signatures are not taken at all. */
async function describeCertificates(
  { accountCertificates, signatureChecks }: Sources,
  accountId: string,
  { translator }: Page,
) {
  if (!signatureChecks.isOffered) return undefined;
  const list = await accountCertificates.list(accountId);
  return list.map(({ id, profile, owner, issuer, notAfter, createdAt, lastUsedAt }) => ({
    id,
    isCard: profile === 'card',
    owner,
    issuer,
    until: translator.date(notAfter),
    addedAt: translator.date(createdAt),
    usedAt: lastUsedAt && translator.dateTime(lastUsedAt),
  }));
}

async function describeEvent({ at, event, clientId, details }: PastEvent, clients: Clients, page: Page) {
  const amr = String(details.method ?? '')
    .split(' ')
    .filter((method) => ['pwd', 'sms', 'otp', 'hwk', 'swk', 'sc'].includes(method));
  const isOurs = clientId === null || isOwnClient(clientId);
  const client = isOurs ? undefined : (await clients.find(clientId))?.metadata.client_name;
  return {
    at: page.translator.dateTime(at),
    what: page.t(`security.event.${event}`),
    failed: event !== 'signed_in',
    device: String(details.device ?? ''),
    client: client === undefined ? '' : String(client),
    methods: amr.map((method) => page.t(`security.method.${method}`)).join(', '),
  };
}
