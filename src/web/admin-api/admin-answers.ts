import type { Context, Middleware } from 'koa';
import { z } from 'zod';
import { Refusal } from '#src/platform/errors.ts';
import type { Logger } from '#src/platform/logger.ts';
import { newReference } from '#src/platform/security/random.ts';
import { ClientRefusal } from '#src/identity/clients/client-refusal.ts';
import { toRefusal } from '#src/web/middleware/error-pages.ts';

/** A body or a query of the wrong shape. */
class FormRefusal extends Refusal {
  readonly fields: Record<string, string>;

  constructor({ issues }: z.ZodError) {
    super('invalid_request', 400);
    this.fields = Object.fromEntries(issues.map(({ path, message }) => [path.join('.') || 'body', message]));
  }
}

/** @throws FormRefusal naming every member that is wrong. */
export function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new FormRefusal(parsed.error);
  return parsed.data;
}

/** The one place where refusals and faults become JSON. */
export function answerProblems(logger: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body == null) throw new Refusal('not_found', 404);
      if (ctx.status === 405 && !ctx.body) throw new Refusal('method_not_allowed', 405);
    } catch (error) {
      answer(ctx, toRefusal(error), error, logger);
    }
  };
}

function answer(ctx: Context, refusal: Refusal, cause: unknown, logger: Logger): void {
  const { code, status, retryAfterSeconds } = refusal;
  ctx.status = status;
  if (retryAfterSeconds) ctx.set('retry-after', String(retryAfterSeconds));
  if (status === 401) ctx.set('www-authenticate', 'Bearer realm="admin"');
  const body = { error: code, message: messages[code] ?? code.replaceAll('_', ' ') };
  if (status >= 500) {
    const reference = newReference();
    logger.error({ err: cause, reference, code }, 'admin request failed');
    ctx.body = { ...body, reference };
    return;
  }
  const isNamed = refusal instanceof ClientRefusal || refusal instanceof FormRefusal;
  ctx.body = isNamed && Object.keys(refusal.fields).length > 0 ? { ...body, fields: refusal.fields } : body;
}

const messages: Record<string, string> = {
  unauthorized: 'send the header authorization: Bearer <ADMIN_TOKEN>; in the sandbox the token is: sandbox',
  too_many_attempts: 'too many wrong tokens from this address; wait a minute',
  not_found: 'there is nothing at this address; see /admin/api/v1/openapi.json',
  method_not_allowed: 'this address does not take this method; see the header allow',
  invalid_request: 'the request is not as it should be; fields says where',
  invalid_client_metadata: 'the client cannot be registered like this; fields says why',
  client_not_found: 'there is no such client',
  client_exists: 'there is a client with this client_id; change it with PUT',
  secret_not_used: 'this client has no secret: it authenticates in another way, or not at all',
  changed_meanwhile: 'somebody changed it after you looked; look again, then decide',
  if_match_required:
    'send If-Match with the tag of a plan, made with ?dry_run=true, so that just that plan is carried out',
  version_not_found: 'there is no such version; GET /admin/api/v1/client-versions lists them',
  key_too_new:
    'the next key is so new that caches may not have it yet, and they would refuse its signatures; try again later, or send {"force": true} when a key may have leaked',
  no_account: 'no active account has this proven phone or e-mail',
  not_confirmed: 'only a confirmed account can be given a role',
  office_needed: 'a clerk works at an office; name it by its id in config/service-centres.yaml',
  no_office: 'there is no such office, or this role has none',
  has_role: 'the account has this role already; end it first to change the office',
  no_role: 'there is no such role; GET /admin/api/v1/operators lists them',
  last_administrator: 'this is the last administrator; give the role to somebody else first',
  reason_needed: 'two administrators can do this in the console; send a reason to do it without them',
  database_unavailable: 'the database does not answer; try again in a few seconds',
  failure: 'this is our fault; the reference stands in the log beside the cause',
};
