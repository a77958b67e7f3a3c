import type { Context, Middleware } from 'koa';
import { Refusal } from '#src/platform/errors.ts';
import type { Logger } from '#src/platform/logger.ts';
import { written } from '#src/platform/request-scope.ts';
import { newReference } from '#src/platform/security/random.ts';
import type { Page, Pages } from '#src/web/middleware/page.ts';

/** Where a person can go on to; the client they came from if we remember it. */
interface WayOn {
  url: string;
  label: string;
}

const statusCodes: Record<number, string> = {
  400: 'request_rejected',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  415: 'unsupported_media',
};

/** The one place where refusals and faults become pages. Words come from the locales, nothing of the request is repeated. */
export function createErrorPages(pages: Pages, logger: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      await written();
      if (ctx.status === 404 && ctx.body == null) throw new Refusal('not_found', 404);
      if (ctx.status === 405 && !ctx.body) throw new Refusal('method_not_allowed', 405);
    } catch (error) {
      const refusal = toRefusal(error);
      const reference = newReference();
      if (refusal.status >= 500) logger.error({ err: error, reference, refusal: refusal.code }, 'request failed');
      else logger.info({ reference, refusal: refusal.code, status: refusal.status }, 'request refused');
      if (refusal.retryAfterSeconds) ctx.set('retry-after', String(refusal.retryAfterSeconds));
      await showProblem(ctx, pages.of(ctx), { code: refusal.code, status: refusal.status, reference });
    }
  };
}

interface Problem {
  code: string;
  status: number;
  reference: string;
  oauthError?: string;
  /** Where the client's developer finds the whole of it. */
  referenceUrl?: string;
}

/** JSON for programs, a page for people. */
export async function showProblem(
  ctx: Context,
  page: Page,
  { code, status, reference, oauthError, referenceUrl }: Problem,
): Promise<void> {
  if (!ctx.accepts('html') || ctx.path.startsWith('/sandbox/api/')) {
    ctx.status = status;
    ctx.body = { error: code, reference };
    return;
  }
  await page.show(
    'errors/problem',
    {
      title: page.t(`problem.${code}.title`),
      message: page.t(`problem.${code}.text`),
      wayOn: wayOn(ctx, page),
      reference,
      oauthError,
      referenceUrl,
    },
    status,
  );
}

/** The address of the client that sent the person here last: kept so that an expired page is no dead end. */
export function rememberClient(ctx: Context, { name, uri }: { name: string; uri: string }): void {
  const value = Buffer.from(JSON.stringify({ name, uri })).toString('base64url');
  ctx.cookies.set('last_client', value, {
    httpOnly: true,
    sameSite: 'lax',
    secure: ctx.secure,
    signed: true,
    path: '/',
    maxAge: 86_400_000,
  });
}

function wayOn(ctx: Context, page: Page): WayOn {
  const value = ctx.cookies.get('last_client', { signed: true });
  if (!value) return { url: '/', label: page.t('problem.way-on.start') };
  const { name, uri } = JSON.parse(Buffer.from(value, 'base64url').toString()) as { name: string; uri: string };
  return { url: uri, label: page.t('problem.way-on.client', { client: name }) };
}

export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const { status, code, expose } = error as { status?: number; code?: string; expose?: boolean };
  if (typeof status === 'number' && status >= 400 && status < 500 && (expose || statusCodes[status])) {
    return new Refusal(statusCodes[status] ?? 'request_rejected', status);
  }
  if (isDatabaseLoss(code, error)) return new Refusal('database_unavailable', 503, 5);
  return new Refusal('failure', 500);
}

/** Connection refused or cut, server starting or stopping, statement or lock timed out. */
function isDatabaseLoss(code: string | undefined, error: unknown): boolean {
  if (code && /^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|08\w{3}|57P0[1-3]|57014|55P03|53300|25006)$/.test(code))
    return true;
  return (
    error instanceof Error &&
    /connection (lost|terminated|timeout)|timeout exceeded when trying to connect/i.test(error.message)
  );
}
