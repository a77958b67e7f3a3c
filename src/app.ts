import Koa from 'koa';
import mount from 'koa-mount';
import type { Context, Middleware } from 'koa';
import type Router from '@koa/router';
import type { Provider } from 'oidc-provider';
import type { Services } from '#src/services.ts';
import { programPaths } from '#src/protocols/oidc/provider.ts';
import { readingAhead } from '#src/identity/sessions/read-ahead.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';
import { createEnrolmentRoutes } from '#src/web/account/enrolment-routes.ts';
import { createPasskeyEnrolmentRoutes } from '#src/web/account/passkey-enrolment-routes.ts';
import { createCertificateRoutes } from '#src/web/account/certificate-routes.ts';
import { createNotMeRoutes } from '#src/web/account/not-me-routes.ts';
import { createQuestionRoutes } from '#src/web/account/question-routes.ts';
import { createQrApprovalRoutes } from '#src/web/account/qr-approval-routes.ts';
import { createChangePasswordRoutes } from '#src/web/account/change-password-routes.ts';
import { createSecurityRoutes } from '#src/web/account/security-routes.ts';
import { SANDBOX_TOKEN } from '#src/platform/config/operator-settings.ts';
import { createDeveloperApi } from '#src/protocols/esia/developer-api.ts';
import { createEsiaRoutes, tokenPaths } from '#src/protocols/esia/esia-routes.ts';
import { createPublicRoutes } from '#src/protocols/esia/public-routes.ts';
import { createResourceRoutes } from '#src/protocols/esia/resource-routes.ts';
import { createAccountRoutes } from '#src/web/account/account-routes.ts';
import { createDataRoutes } from '#src/web/account/data-routes.ts';
import { createHistoryRoutes } from '#src/web/account/history-routes.ts';
import { createCancelChangeRoutes } from '#src/web/contacts/cancel-change-routes.ts';
import { createContactsRoutes } from '#src/web/contacts/contacts-routes.ts';
import { createAdminApi } from '#src/web/admin-api/admin-api.ts';
import { createCaptchaRoutes } from '#src/web/captcha/captcha-routes.ts';
import { createConsole } from '#src/web/console/console.ts';
import { createConflictsRoutes } from '#src/web/console/conflicts-routes.ts';
import { createCreationsRoutes } from '#src/web/console/creations-routes.ts';
import { createHomeRoutes } from '#src/web/console/home-routes.ts';
import { createReviewsRoutes } from '#src/web/console/reviews-routes.ts';
import { createRestorationsRoutes } from '#src/web/console/restorations-routes.ts';
import { createRestoreRoutes } from '#src/web/console/restore-routes.ts';
import { createRolesRoutes } from '#src/web/console/roles-routes.ts';
import { createTimelinesRoutes } from '#src/web/console/timelines-routes.ts';
import { createTicketsRoutes } from '#src/web/console/tickets-routes.ts';
import { createVisitsRoutes } from '#src/web/console/visits-routes.ts';
import { createConsentRoutes } from '#src/web/consent/consent-routes.ts';
import { createBackchannelRoutes } from '#src/web/demo/backchannel-routes.ts';
import { createDemoRoutes } from '#src/web/demo/demo-routes.ts';
import { createEsiaPages } from '#src/web/developer/esia-refusals.ts';
import { createRequestLogRoutes } from '#src/web/developer/request-log-routes.ts';
import { createWalkRoutes } from '#src/web/developer/walk-routes.ts';
import { createForeignRoutes } from '#src/web/foreign/foreign-routes.ts';
import { createForeignRegistrationRoutes } from '#src/web/foreign/registration-routes.ts';
import { createReviewRoutes } from '#src/web/foreign/review-routes.ts';
import { createHealthRoutes } from '#src/web/health/health-routes.ts';
import { createInteractionRoutes } from '#src/web/interaction/interaction-routes.ts';
import { createLanguageRoutes } from '#src/web/language/language-routes.ts';
import { createStrengthWordsRoutes } from '#src/web/language/strength-words-routes.ts';
import type { ConsoleRouter } from '#src/web/middleware/console-router.ts';
import { createErrorPages } from '#src/web/middleware/error-pages.ts';
import { createFrontDoor } from '#src/web/middleware/front-door.ts';
import { loadInteraction } from '#src/web/middleware/interaction.ts';
import { readForms, requireOwnForms } from '#src/web/middleware/own-forms.ts';
import { createSecurityHeaders } from '#src/web/middleware/security-headers.ts';
import { serveAssets } from '#src/web/middleware/prepared.ts';
import { createConfirmEmailRoutes } from '#src/web/registration/confirm-email-routes.ts';
import { createChannelRoutes } from '#src/web/recovery/channel-routes.ts';
import { createFactorRoutes } from '#src/web/recovery/factor-routes.ts';
import { createFindRoutes } from '#src/web/recovery/find-routes.ts';
import { createNewPasswordRoutes } from '#src/web/recovery/password-routes.ts';
import { createProofRoutes } from '#src/web/recovery/proof-routes.ts';
import { createPasswordRoutes } from '#src/web/registration/password-routes.ts';
import { createRegistrationRoutes } from '#src/web/registration/registration-routes.ts';
import { createActivationRoutes } from '#src/web/restoring/activation-routes.ts';
import { createStopRoutes } from '#src/web/restoring/stop-routes.ts';
import { createAuthorityApi } from '#src/web/sandbox/authority-api.ts';
import { createCertificatesRoutes } from '#src/web/sandbox/certificates-routes.ts';
import { createSandboxApi } from '#src/web/sandbox/sandbox-api.ts';
import { createSandboxRoutes } from '#src/web/sandbox/sandbox-routes.ts';
import { createSecondFactorRoutes } from '#src/web/second-factor/second-factor-routes.ts';
import { createOtherWaysRoutes } from '#src/web/sign-in/other-ways-routes.ts';
import { createQrRoutes } from '#src/web/sign-in/qr-routes.ts';
import { createSignatureSignInRoutes } from '#src/web/sign-in/signature-routes.ts';
import { createSignInRoutes } from '#src/web/sign-in/sign-in-routes.ts';
import { createServiceCentresRoutes } from '#src/web/service-centres/service-centres-routes.ts';
import { createScanRoutes } from '#src/web/start/scan-routes.ts';
import { createStartRoutes } from '#src/web/start/start-routes.ts';
import { createSupportRoutes } from '#src/web/support/support-routes.ts';
import { createTierRoutes } from '#src/web/tier/tier-routes.ts';
import { createAddressRoutes } from '#src/web/verification/address-routes.ts';
import { createConfirmRoutes } from '#src/web/verification/confirm-routes.ts';
import { createOtherDocumentsRoutes } from '#src/web/verification/other-documents-routes.ts';
import { createSignatureRoutes } from '#src/web/verification/signature-routes.ts';
import { createDocumentsRoutes } from '#src/web/verification/documents-routes.ts';

/** Every middleware and router, in the order a request meets them. */
export function createApp(services: Services, { isReady }: { isReady(): Promise<boolean> }): Koa {
  const { config, secrets, pages, logger, live, metrics, sandbox } = services;
  const app = new Koa({ proxy: true });
  app.keys = services.cookieKeys;

  app.use(createFrontDoor({ config, logger, metrics }));
  const { open: metricsOpen } = config.metrics;
  const health = createHealthRoutes({ isReady, metrics, metricsOpen, metricsToken: secrets.metricsToken });
  app.use(except(isFrequent, health.routes() as Middleware));
  app.use(createSecurityHeaders(config.issuer, new Set([...programPaths, ...tokenPaths])));
  app.use(except(isFrequent, serveAssets(services.assets)));
  app.use(createErrorPages(pages, logger));
  app.use(protocol(live));
  for (const router of esiaDialect(services)) app.use(router.routes());
  app.use(createResourceRoutes({ ...services.esia, ...services, requests: services.clientRequests }));

  app.use(createAdminApi({ ...services, isReady, tokens: adminTokens(services) }));
  for (const router of sandboxApis(services)) app.use(router.routes()).use(router.allowedMethods());
  app.use(readForms());
  app.use(requireOwnForms(pages, config.issuer));
  app.use(loadInteraction(pages, services.interactions));
  app.use(createConsole(services, consoleAreas(services)));
  for (const router of [
    createStartRoutes(services),
    createServiceCentresRoutes(services),
    createLanguageRoutes(services),
    createStrengthWordsRoutes(services),
    createCaptchaRoutes(services),
    createSupportRoutes(services),
    createInteractionRoutes({ ...services, sandboxPeople: sandbox?.people }),
    createSignInRoutes(services),
    createOtherWaysRoutes(services),
    createQrRoutes(services),
    createSecondFactorRoutes({ ...services, ...config.protection }),
    createTierRoutes(services),
    createConsentRoutes({ ...services, tokens: config.tokens }),
    createRegistrationRoutes({ ...services, settings: config.codes }),
    createPasswordRoutes(services),
    createForeignRoutes(services),
    createForeignRegistrationRoutes(services),
    createReviewRoutes(services),
    createFindRoutes(services),
    createChannelRoutes({ ...services, settings: config.codes }),
    createProofRoutes(services),
    createFactorRoutes(services),
    createNewPasswordRoutes(services),
    createActivationRoutes(services),
    createStopRoutes(services),
    createConfirmEmailRoutes(services),
    createCancelChangeRoutes(services),
    createDocumentsRoutes(services),
    createOtherDocumentsRoutes(services),
    createContactsRoutes({ ...services, ...config.protection, settings: config.verification }),
    createHistoryRoutes(services),
    createDataRoutes({ ...services, ...config.protection, settings: config.verification }),
    createAddressRoutes(services),
    createSignatureRoutes(services),
    createSignatureSignInRoutes(services),
    createConfirmRoutes({ ...services, lettersOffered: !config.production || config.messaging.letterUrl !== '' }),
    createAccountRoutes(services),
    createChangePasswordRoutes({ ...services, ...config.protection }),
    createQuestionRoutes({ ...services, ...config.protection }),
    createSecurityRoutes({ ...services, ...config.protection }),
    createEnrolmentRoutes({ ...services, ...config.protection }),
    createPasskeyEnrolmentRoutes({ ...services, ...config.protection }),
    createCertificateRoutes({ ...services, ...config.protection }),
    createNotMeRoutes(services),
    createQrApprovalRoutes({ ...services, ...config.protection }),
    createScanRoutes(services),
    createRequestLogRoutes({
      pages,
      access: services.esia.access,
      requests: services.clientRequests,
      issuer: config.issuer,
    }),
    ...sandboxPages(services),
  ])
    app.use(router.routes()).use(router.allowedMethods());
  return app;
}

/** The areas of the operators' console, in the order of its navigation. */
export function consoleAreas(services: Services): ConsoleRouter[] {
  return [
    createHomeRoutes(services),
    createVisitsRoutes(services),
    createReviewsRoutes(services),
    createRestoreRoutes(services),
    createCreationsRoutes(services),
    createRestorationsRoutes(services),
    createTimelinesRoutes(services),
    createConflictsRoutes(services),
    createRolesRoutes(services),
    createTicketsRoutes(services),
  ];
}

function adminTokens({ config, secrets }: Services): string[] {
  return [config.sandbox ? SANDBOX_TOKEN : undefined, secrets.adminToken].filter((token) => token !== undefined);
}

/** Posts come from client systems and are signed by them, so they need no form of ours. */
function esiaDialect(services: Services): Router[] {
  const { esia, pages, logger, clientRequests: requests, clock, config } = services;
  return [
    createEsiaRoutes({ ...esia, requests, clock, pages: createEsiaPages(pages, logger) }),
    createPublicRoutes({ keys: esia.keys, name: config.service.name }),
    createDeveloperApi({ access: esia.access, requests }),
  ];
}

/** For programs, so they need no form of ours; absent in production. */
function sandboxApis({ pages, logger, sandbox }: Services): Router[] {
  if (!sandbox) return [];
  return [
    createAuthorityApi({ authority: sandbox.authority, faults: sandbox.controls.faults }),
    createSandboxApi({ pages, controls: sandbox.controls }),
    createBackchannelRoutes({ systems: sandbox.systems, logger }),
  ];
}

function sandboxPages({ pages, logger, config, sandbox }: Services): Router[] {
  if (!sandbox) return [];
  const { people, authority, controls, systems, walk } = sandbox;
  return [
    createWalkRoutes({ pages, issuer: config.issuer, system: walk }),
    createSandboxRoutes({ pages, controls }),
    createCertificatesRoutes({ pages, people, authority }),
    createDemoRoutes({ pages, logger, issuer: config.issuer, systems }),
  ];
}

function isProtocol({ req }: Context): boolean {
  return req.url!.startsWith('/oauth2/') || req.url!.startsWith('/.well-known/');
}

function isFrequent(ctx: Context): boolean {
  return isProtocol(ctx) || ctx.req.url!.startsWith('/aas/oauth2/');
}

/** Spares the most frequent requests what is not for them. */
function except(isSpared: (ctx: Context) => boolean, middleware: Middleware): Middleware {
  return (ctx, next) => (isSpared(ctx) ? next() : middleware(ctx, next));
}

/** The provider in service at this moment; everything it does not know goes on to the pages. */
function protocol(live: LiveProvider): Middleware {
  const mounted = new WeakMap<Provider, Middleware>();
  return (ctx, next) => {
    if (!isProtocol(ctx)) return next();
    const provider = live.current;
    if (!mounted.has(provider)) mounted.set(provider, mount(provider));
    return readingAhead(() => mounted.get(provider)!(ctx, next));
  };
}
