import { createSecretKey } from 'node:crypto';
import type { Config } from '#src/platform/config/config.ts';
import { loadScopes } from '#src/platform/config/scopes.ts';
import { loadServiceCentres } from '#src/platform/config/service-centres.ts';
import type { Secrets } from '#src/platform/config/secrets.ts';
import { MovableClock, type Clock } from '#src/platform/clock.ts';
import { Translations } from '#src/platform/i18n/translator.ts';
import type { Logger } from '#src/platform/logger.ts';
import { Faults } from '#src/platform/messaging/faults.ts';
import { Messages } from '#src/platform/messaging/messages.ts';
import { Outbox } from '#src/platform/messaging/outbox.ts';
import { SandboxInbox } from '#src/platform/messaging/sandbox-inbox.ts';
import { chooseSenders } from '#src/platform/messaging/senders.ts';
import { Metrics } from '#src/platform/metrics.ts';
import { Assets } from '#src/platform/pages/assets.ts';
import { PageRenderer } from '#src/platform/pages/page-renderer.ts';
import { Budgets } from '#src/platform/security/budgets.ts';
import { CookieKeys } from '#src/platform/security/cookie-keys.ts';
import { BlindIndex, deriveKey, FieldEncryption } from '#src/platform/security/encryption.ts';
import { fetchPublic } from '#src/platform/security/outgoing.ts';
import { parseCertificate } from '#src/platform/signatures/certificate.ts';
import type { Storage } from '#src/platform/storage/database.ts';
import { RedisMap } from '#src/platform/storage/expiring-map-redis.ts';
import { Flows } from '#src/platform/storage/flows.ts';
import { Accounts } from '#src/identity/accounts/accounts.ts';
import { phoneCountry } from '#src/identity/accounts/contact.ts';
import { Identities } from '#src/identity/accounts/identities.ts';
import { AccountNotices } from '#src/identity/accounts/account-notices.ts';
import { Alarms } from '#src/identity/audit/alarms.ts';
import { Approvals } from '#src/identity/approvals/approvals.ts';
import { Audit } from '#src/identity/audit/audit.ts';
import { AuditChain } from '#src/identity/audit/audit-chain.ts';
import { AuditVerification } from '#src/identity/audit/audit-verification.ts';
import { Puzzles } from '#src/identity/captchas/puzzles.ts';
import { Captchas } from '#src/identity/captchas/captchas.ts';
import { AccountCertificates } from '#src/identity/certificates/account-certificates.ts';
import { RevocationProofs } from '#src/identity/certificates/revocation-proofs.ts';
import { SignatureArchive } from '#src/identity/certificates/signature-archive.ts';
import { SignatureChecks } from '#src/identity/certificates/signature-checks.ts';
import { SignedTexts } from '#src/identity/certificates/signed-texts.ts';
import { TrustedAuthorities } from '#src/identity/certificates/trusted-authorities.ts';
import { ClientHistory } from '#src/identity/clients/client-history.ts';
import { ClientRegister } from '#src/identity/clients/client-register.ts';
import type { ValidateClient } from '#src/identity/clients/client.ts';
import { ClientRequests } from '#src/identity/client-requests/client-requests.ts';
import { Clients } from '#src/identity/clients/clients.ts';
import { Closing } from '#src/identity/closing/closing.ts';
import { DeclaredClients } from '#src/identity/clients/declared-clients.ts';
import { Codes } from '#src/identity/codes/codes.ts';
import { SmsGuard } from '#src/identity/codes/sms-guard.ts';
import { SendLimits } from '#src/identity/codes/send-limits.ts';
import { Consents } from '#src/identity/consents/consents.ts';
import { Releases } from '#src/identity/consents/releases.ts';
import { ContactChangeFlow } from '#src/identity/contacts/contact-change-flow.ts';
import { ContactChanges } from '#src/identity/contacts/contact-changes.ts';
import { ContactReminders } from '#src/identity/contacts/contact-reminders.ts';
import { Credentials } from '#src/identity/credentials/credentials.ts';
import { StuffingWatch } from '#src/identity/credentials/stuffing-watch.ts';
import { PasswordHasher } from '#src/identity/credentials/password-hasher.ts';
import { SecurityQuestions } from '#src/identity/credentials/security-questions.ts';
import { PasswordPolicy } from '#src/identity/credentials/password-policy.ts';
import { ContactProof } from '#src/identity/registration/contact-proof.ts';
import { Holds } from '#src/identity/holds/holds.ts';
import { Devices } from '#src/identity/devices/devices.ts';
import { BackupCodeFactor } from '#src/identity/factors/backup-code-factor.ts';
import { Enrolments } from '#src/identity/factors/enrolments.ts';
import { Factors } from '#src/identity/factors/factors.ts';
import { PasskeyChallenges } from '#src/identity/factors/passkey-challenges.ts';
import { PasskeyFactor } from '#src/identity/factors/passkey-factor.ts';
import { Passkeys } from '#src/identity/factors/passkeys.ts';
import { PendingSignIns } from '#src/identity/factors/pending-sign-ins.ts';
import { SmsFactor } from '#src/identity/factors/sms-factor.ts';
import { TotpFactor } from '#src/identity/factors/totp-factor.ts';
import { ConsoleSessions } from '#src/identity/operators/console-sessions.ts';
import { Timelines } from '#src/identity/operators/timelines.ts';
import { RoleRequests } from '#src/identity/operators/role-requests.ts';
import { Looks } from '#src/identity/operators/looks.ts';
import { Operators } from '#src/identity/operators/operators.ts';
import { CertificateBindings } from '#src/identity/protection/certificate-bindings.ts';
import { Notices } from '#src/identity/protection/notices.ts';
import { PasskeySignIns } from '#src/identity/protection/passkey-sign-ins.ts';
import { QrSignIns } from '#src/identity/protection/qr-sign-ins.ts';
import { SecuritySettings } from '#src/identity/protection/security-settings.ts';
import { SignatureSignIns } from '#src/identity/protection/signature-sign-ins.ts';
import { SignIns } from '#src/identity/protection/sign-ins.ts';
import { Delivery } from '#src/identity/recovery/delivery.ts';
import { Proving } from '#src/identity/recovery/proving.ts';
import { RecoveryFlows } from '#src/identity/recovery/recovery-flows.ts';
import { Reset } from '#src/identity/recovery/reset.ts';
import { Search } from '#src/identity/recovery/search.ts';
import { Whereabouts } from '#src/identity/recovery/whereabouts.ts';
import { EmailConfirmations } from '#src/identity/registration/email-confirmations.ts';
import { ForeignDrafts } from '#src/identity/registration/foreign-drafts.ts';
import { ForeignPersons } from '#src/identity/registration/foreign-persons.ts';
import { Registration } from '#src/identity/registration/registration.ts';
import { AppLocks } from '#src/identity/app-locks/app-locks.ts';
import { Reviews } from '#src/identity/reviews/reviews.ts';
import { Artifacts } from '#src/identity/sessions/artifacts.ts';
import { Grants } from '#src/identity/sessions/grants.ts';
import { Sessions } from '#src/identity/sessions/sessions.ts';
import { Tickets } from '#src/identity/support/tickets.ts';
import { Addresses } from '#src/identity/verification/addresses.ts';
import { Checks } from '#src/identity/verification/checks.ts';
import { Confirmations } from '#src/identity/verification/confirmations.ts';
import { HttpRegistry } from '#src/identity/verification/http-registry.ts';
import { Letters } from '#src/identity/verification/letters.ts';
import { SignatureProofs } from '#src/identity/verification/signature-proofs.ts';
import { SimulatedRegistry } from '#src/identity/verification/simulated-registry.ts';
import { Visits } from '#src/identity/visits/visits.ts';
import { buildEsia } from '#src/protocols/esia/esia-services.ts';
import { Activations } from '#src/identity/restoring/activations.ts';
import { Creating } from '#src/identity/restoring/creating.ts';
import { DeskProof } from '#src/identity/restoring/desk-proof.ts';
import { GivingBack } from '#src/identity/restoring/giving-back.ts';
import { RestoreRequests } from '#src/identity/restoring/restore-requests.ts';
import { Restoring } from '#src/identity/restoring/restoring.ts';
import { MarkerKeys } from '#src/protocols/esia/marker-keys.ts';
import { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { Interactions } from '#src/protocols/oidc/interaction.ts';
import { LiveProvider } from '#src/protocols/oidc/live-provider.ts';
import { BackchannelLogout } from '#src/protocols/oidc/logout.ts';
import { validateClient } from '#src/protocols/oidc/client-validation.ts';
import { createProvider } from '#src/protocols/oidc/provider.ts';
import { SigningKeys } from '#src/protocols/oidc/signing-keys.ts';
import { SandboxAuthority } from '#src/sandbox/authority/sandbox-authority.ts';
import { demoClients } from '#src/sandbox/demo-clients.ts';
import { SandboxPeople } from '#src/sandbox/people.ts';
import { DemoSystem } from '#src/web/demo/demo-system.ts';
import { WalkSystem } from '#src/web/developer/walk-system.ts';
import { CaptchaForms } from '#src/web/middleware/captcha-forms.ts';
import { NewPassword } from '#src/web/middleware/new-password.ts';
import { Pages } from '#src/web/middleware/page.ts';
import { RaisingFor } from '#src/web/middleware/raising-for.ts';
import { SandboxControls } from '#src/web/sandbox/sandbox-controls.ts';
import { createProtocolPages } from '#src/web/sign-out/protocol-pages.ts';

export type Services = Awaited<ReturnType<typeof buildServices>>;

interface Foundation {
  config: Config;
  secrets: Secrets;
  storage: Storage;
  clock: Clock;
  logger: Logger;
}

/** Builds every service once, by hand, bottom to top. The only file that knows all of them. */
export async function buildServices({ config, secrets, storage, clock, logger }: Foundation) {
  const { db, statements } = storage;

  // Platform
  const encryption = new FieldEncryption(secrets.masterKeys);
  const index = new BlindIndex(secrets.indexKey);
  const budgets = new Budgets({ db, statements, clock, index });
  const flows = new Flows({ db, clock, encryption });
  const translations = Translations.load(new URL('../config/locales', import.meta.url).pathname, {
    strict: !config.production,
  });
  const assets = Assets.load();
  const renderer = new PageRenderer({ translations, assets, cache: true, service: config.service });
  const metrics = new Metrics();
  const outbox = new Outbox({ db, clock, encryption, logger, retry: { attempts: config.messaging.attempts } });
  const inbox = new SandboxInbox({ db, clock, encryption, index });
  const faults = new Faults();
  const senders = chooseSenders({
    settings: config.messaging,
    inbox,
    logger,
    faults: config.sandbox ? faults : undefined,
  });
  const messages = new Messages({
    outbox,
    translations,
    senders,
    issuer: config.issuer,
    serviceName: config.service.name,
  });

  // Identity
  const agreement = { terms: config.service.termsVersion, privacy: config.service.privacyVersion };
  const audit = new Audit({ db, clock });
  const sessions = new Sessions({ db, statements, clock, absoluteHours: config.sessions.absoluteHours });
  const grants = new Grants({ statements, clock });
  const { redisUrl } = config.storage;
  const untouched = redisUrl ? await RedisMap.open({ url: redisUrl, clock, logger }) : undefined;
  const artifacts = new Artifacts({ statements, clock, encryption, untouched });
  const clients = new Clients({ db, encryption, clock, cacheMs: 1000 });
  const accounts = new Accounts({ db, statements, clock, encryption, index });
  const identities = new Identities({ db, clock, encryption, index });
  const clientRequests = new ClientRequests({ db, clock, encryption, logger, hours: config.esia.requestLogHours });
  const consents = new Consents({ db, statements, clock, sessions, audit, days: config.tokens.grantDays });
  const captchas = new Captchas({ flows, passWord: config.sandbox ? 'sandbox' : undefined });
  const puzzles = new Puzzles({ flows, bits: config.passwords.stuffingPuzzleBits });
  const codes = new Codes({ db, clock, index, budgets, settings: config.codes });
  const alarms = new Alarms({ budgets, audit, logger, metrics });
  const auditKey = createSecretKey(deriveKey(secrets.indexKey, 'audit-chain'));
  const auditChain = new AuditChain({ db, clock, logger, metrics, alarms, key: auditKey });
  const auditVerification = new AuditVerification({ db, key: auditKey });
  const smsGuard = new SmsGuard({
    budgets,
    alarms,
    metrics,
    countryOf: phoneCountry,
    countries: config.codes.smsCountries,
    settings: config.smsGuard,
  });
  const sendLimits = new SendLimits({ budgets, smsGuard, settings: config.codes });
  const hasher = new PasswordHasher(config.passwords);
  const policy = new PasswordPolicy(config.passwords);
  const { factorFailuresPerDay: failuresPerDay, ...rules } = config.protection;
  const devices = new Devices({ db, clock, rememberedDays: rules.rememberedDeviceDays });
  const masterKey = secrets.masterKeys[0]!.key;
  const sandboxAuthority = config.sandbox
    ? new SandboxAuthority({ db, clock, encryption, issuer: config.issuer, masterKey })
    : undefined;
  const authorities = new TrustedAuthorities({
    folders: { qualified: config.verification.esignAuthorities, card: config.esign.cardAuthorities },
    own: sandboxAuthority && { root: parseCertificate(sandboxAuthority.root), host: new URL(config.issuer).host },
    revocation: new RevocationProofs({ fetch: fetchPublic(config, { plain: true }) }),
  });
  const signedTexts = new SignedTexts({ flows, clock, issuer: config.issuer });
  const signatureArchive = new SignatureArchive({ db, clock, encryption });
  const signatureChecks = new SignatureChecks({ clock, logger, budgets, audit, texts: signedTexts, authorities });
  const accountCertificates = new AccountCertificates({ db, clock, encryption });
  const smsFactor = new SmsFactor({
    db,
    clock,
    codes,
    sendLimits,
    messages,
    contacts: (accountId) => accounts.contacts(accountId),
    settings: config.codes,
  });
  const passkeys = new Passkeys({
    db,
    clock,
    challenges: new PasskeyChallenges({ flows }),
    issuer: config.issuer,
    serviceName: config.service.name,
    nameOf: async (accountId) => (await accounts.contacts(accountId)).find(({ verified }) => verified)?.value ?? '',
  });
  const factors = new Factors({
    db,
    statements,
    clock,
    encryption,
    methods: [
      smsFactor,
      new TotpFactor({ db, clock, encryption, budgets, failuresPerDay }),
      new PasskeyFactor({ passkeys }),
    ],
    backupCodes: new BackupCodeFactor({ db, clock, index, budgets, failuresPerDay }),
  });
  const enrolments = new Enrolments({ flows, factors });
  const pendingSignIns = new PendingSignIns({ flows, minutes: rules.pendingSignInMinutes });
  const stuffingWatch = new StuffingWatch({ clock, budgets, alarms, settings: config.passwords });
  const credentials = new Credentials({
    stuffing: stuffingWatch,
    db,
    statements,
    clock,
    accounts,
    hasher,
    budgets,
    audit,
    settings: config.passwords,
  });
  const holds = new Holds({ db, clock, hours: config.recovery.holdHours });
  const questions = new SecurityQuestions({
    db, clock, encryption, hasher, budgets,
    triesPerDay: config.recovery.answersPerDay,
  }); // prettier-ignore
  const notices = new Notices({
    db,
    clock,
    accounts,
    flows,
    messages,
    translations,
    budgets,
    issuer: config.issuer,
    settings: rules,
  });
  const signIns = new SignIns({ db, statements, clock, devices, notices, messages, audit });
  const qrSignIns = new QrSignIns({ clock, flows, budgets, devices, notices, audit });
  const passkeySignIns = new PasskeySignIns({ passkeys, devices, accounts, credentials, notices, audit });
  const accountNotices = new AccountNotices({ clock, accounts, messages, issuer: config.issuer });
  const contactReminders = new ContactReminders({ db, clock, encryption, accounts });
  messages.onBounce((email) => contactReminders.bounced(email));
  const contactChanges = new ContactChanges({
    db,
    clock,
    flows,
    encryption,
    accounts,
    notices: accountNotices,
    reports: notices,
    audit,
    holds,
    settings: config.verification,
  });
  const securitySettings = new SecuritySettings({
    db,
    contactChanges,
    holds,
    factors,
    certificates: accountCertificates,
    devices,
    credentials,
    questions,
    notices,
    messages,
    audit,
    budgets,
    changesPerDay: rules.changesPerDay,
  });
  const proof = new ContactProof({
    clock,
    accounts,
    codes,
    sendLimits,
    messages,
    issuer: config.issuer,
    settings: config.codes,
  });
  const emailConfirmations = new EmailConfirmations({
    db,
    clock,
    flows,
    accounts,
    messages,
    audit,
    issuer: config.issuer,
    settings: config.codes,
  });
  const foreignPersons = new ForeignPersons({ flows, accounts, identities, notices: accountNotices });
  const foreignDrafts = new ForeignDrafts({ flows });
  const registration = new Registration({
    db,
    flows,
    accounts,
    credentials,
    proof,
    emailConfirmations,
    foreignPersons,
    audit,
    linkSeconds: config.codes.emailLinkMinutes * 60,
  });

  const simulatedRegistry = new SimulatedRegistry({ clock, faults });
  const registry = config.registry.url
    ? new HttpRegistry({ url: config.registry.url, token: secrets.registryToken })
    : simulatedRegistry;
  const verification = {
    db,
    clock,
    budgets,
    identities,
    holds,
    notices: accountNotices,
    audit,
    settings: config.verification,
  };
  const checks = new Checks({ ...verification, outbox, registry, logger });
  const addresses = new Addresses(verification);
  const confirmations = new Confirmations({ db, identities, holds, notices: accountNotices, audit });
  const letters = new Letters({ ...verification, index, confirmations, messages });

  const signatureProofs = new SignatureProofs({
    texts: signedTexts,
    checks: signatureChecks,
    archive: signatureArchive,
    identities,
    confirmations,
  });
  const tickets = new Tickets({ db, clock, encryption, budgets, messages, audit, settings: config.support });
  const certificateBindings = new CertificateBindings({
    identities,
    texts: signedTexts,
    checks: signatureChecks,
    archive: signatureArchive,
    securitySettings,
  });
  const signatureSignIns = new SignatureSignIns({
    db,
    accounts,
    credentials,
    certificates: accountCertificates,
    checks: signatureChecks,
    texts: signedTexts,
    archive: signatureArchive,
    settings: config.esign,
  });
  const contactChangeFlow = new ContactChangeFlow({
    db, clock, flows, accounts, codes, sendLimits, messages,
    changes: contactChanges,
    settings: config.codes,
  }); // prettier-ignore
  const whereabouts = new Whereabouts({ accounts, identities, questions, factors });
  const delivery = new Delivery({
    clock, flows, codes, sendLimits, messages, outbox,
    issuer: config.issuer,
    settings: config.codes,
  }); // prettier-ignore
  const recoveries = new RecoveryFlows({ flows, whereabouts });
  const search = new Search({
    db, clock, flows: recoveries, budgets, whereabouts, delivery, audit,
    settings: { ...config.recovery, resendSeconds: config.codes.resendSeconds },
  }); // prettier-ignore
  const proving = new Proving({
    db, flows: recoveries, budgets, whereabouts, delivery, questions, factors, notices, audit,
    documentTriesPerDay: config.recovery.lookUpsPerBrowser,
  }); // prettier-ignore
  const reset = new Reset({
    flows, recoveries, accounts, identities, whereabouts, credentials, devices, contactChanges, delivery, holds, notices, messages, audit,
  }); // prettier-ignore
  const closing = new Closing({ ...verification, encryption });
  const releases = new Releases({ db, statements, clock });
  const centres = loadServiceCentres();
  const operators = new Operators({ db, clock, accounts, centres, audit, alarms });
  const approvals = new Approvals({ db, clock, encryption, accounts, audit, settings: config.operators });
  const roleRequests = new RoleRequests({ operators, approvals });
  const looks = new Looks({ budgets, audit, logger, settings: config.operators });
  const visits = new Visits({
    db, clock, budgets, accounts, identities, checks, confirmations, operators, looks, holds, audit,
    settings: config.operators,
    checkDays: config.verification.checkDays,
  }); // prettier-ignore
  const reviews = new Reviews({
    db, clock, budgets, accounts, identities, notices: accountNotices, operators, looks, holds, audit,
    settings: { visitMinutes: config.operators.visitMinutes, submissionsPerDay: config.verification.checksPerDay },
  }); // prettier-ignore
  const appLocks = new AppLocks({ db, clock, hasher });
  const activations = new Activations({
    db, clock, encryption, holds, contactChanges, audit,
    notices: accountNotices,
    settings: { ...config.recovery, approvalHours: config.operators.approvalHours },
  }); // prettier-ignore
  const deskProof = new DeskProof({ clock, codes, sendLimits, messages, settings: config.codes });
  const restoring = new Restoring({
    db, flows, identities, visits, approvals, activations, audit,
    proof: deskProof,
    settings: config.operators,
  }); // prettier-ignore
  const creating = new Creating({
    db, flows, accounts, identities, checks, visits, looks, activations, audit, agreement,
    proof: deskProof,
    settings: config.operators,
  }); // prettier-ignore
  const restoreRequests = new RestoreRequests({ approvals, operators, accounts, identities, activations });
  const givingBack = new GivingBack({
    accounts, identities, credentials, devices, factors, contactChanges, delivery, holds, activations, audit,
    notices: accountNotices,
  }); // prettier-ignore
  const timelines = new Timelines({ db, flows, accounts, factors, looks, audit });
  const consoleSessions = new ConsoleSessions({ db, clock, accounts, operators, audit, settings: config.operators });

  // Protocols
  const scopes = loadScopes();
  const pages = new Pages({ config, renderer, translations });
  const captchaForms = new CaptchaForms({ pages, captchas, puzzles });
  const newPassword = new NewPassword({ pages, policy });
  const cookieKeys = new CookieKeys(secrets.masterKeys.map(({ key }) => deriveKey(key, 'cookies')));
  const signingKeys = new SigningKeys({ db, encryption, clock, config: config.tokens });
  await signingKeys.ensure();
  const logout = new BackchannelLogout({ outbox, db, clock });
  const markerKeys = new MarkerKeys(secrets.masterKeys[0]!.key);
  const live = await LiveProvider.start({
    keys: signingKeys,
    issuer: config.issuer,
    logger,
    build(jwks) {
      markerKeys.use(jwks.keys);
      return createProvider(
        {
          config,
          scopes,
          agreement,
          accounts,
          identities,
          sessions,
          consents,
          releases,
          grants,
          artifacts,
          clients,
          cookieKeys,
          pairwiseKey: deriveKey(secrets.indexKey, 'pairwise'),
          registrationToken: secrets.registrationToken,
          issuer: config.issuer,
          interactionMinutes: config.tokens.interactionMinutes,
          pages: createProtocolPages(pages, logger),
          async queueLogout(notice) {
            await logout.queue(notice);
            logout.wake();
          },
        },
        jwks,
      );
    },
  });
  logout.deliverThrough(live);
  const validate: ValidateClient = (metadata, options) => validateClient(live.current, metadata, options);
  const register = new ClientRegister({ db, clients, audit, validate });
  const clientHistory = new ClientHistory({ db, clients, validate, clock });
  const declared = new DeclaredClients({ db, clients, audit, validate, history: clientHistory });
  const interactions = new Interactions({ live, accounts });
  const raisingFor = new RaisingFor({ pages, interactions });
  const accountSessions = new AccountSessions({ db, live, sessions, logout, audit, issuer: config.issuer });
  const esia = buildEsia({
    config,
    clock,
    scopes,
    flows,
    accounts,
    clients,
    artifacts,
    releases,
    live,
    accountSessions,
    keys: markerKeys,
  });

  // Sandbox
  const sandbox = config.sandbox && clock instanceof MovableClock ? buildSandbox(clock) : undefined;
  function buildSandbox(movable: MovableClock) {
    const people = new SandboxPeople({
      db,
      accounts,
      identities,
      credentials,
      hasher,
      factors,
      agreement,
      checks,
      letters,
      operators,
      reviews,
    });
    const controls = new SandboxControls({
      people,
      inbox,
      faults,
      registry: simulatedRegistry,
      clock: movable,
      onClockMoved: () => outbox.wake(),
    });
    const demos = demoClients({ issuer: config.issuer, masterKey });
    const walk = new WalkSystem({ issuer: config.issuer, masterKey, clients, clock });
    return {
      people,
      controls,
      walk,
      authority: sandboxAuthority!,
      systems: demos.map((demo) => new DemoSystem(config.issuer, demo)),
    };
  }

  metrics.watch({ passwordQueue: () => hasher.queueLength, outboxBacklog: () => outbox.backlog() });

  return {
    config, secrets, storage, clock, logger, db,
    encryption, index, budgets, flows, untouched, translations, assets, metrics, outbox, inbox, faults, senders, messages,
    agreement, audit, auditChain, auditVerification, sessions, clients, register, declared, clientHistory, accounts, identities, consents, hasher, policy, credentials,
    captchas, captchaForms, alarms, smsGuard, sendLimits, tickets, registration, foreignPersons, foreignDrafts, emailConfirmations, devices, factors, smsFactor, enrolments, pendingSignIns, notices, signIns, passkeySignIns, qrSignIns, securitySettings,
    accountNotices, addresses, checks, confirmations, letters, signedTexts, signatureChecks, signatureArchive, accountCertificates, certificateBindings, signatureSignIns, signatureProofs, raisingFor, contactChanges, contactChangeFlow, contactReminders, holds, questions, recoveries, search, proving, reset, closing, releases,
    centres, operators, consoleSessions, looks, visits, approvals, roleRequests, timelines, reviews, appLocks, activations, restoring, restoreRequests, givingBack, creating,
    scopes, pages, newPassword, cookieKeys, signingKeys, live, interactions, accountSessions, clientRequests, esia, sandbox,
  }; // prettier-ignore
}
