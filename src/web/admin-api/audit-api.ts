import Router from '@koa/router';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit, FoundEvent } from '#src/identity/audit/audit.ts';
import type { AuditVerification, KnownHead } from '#src/identity/audit/audit-verification.ts';
import { parse } from '#src/web/admin-api/admin-answers.ts';
import { auditQuery, chainQuery } from '#src/web/admin-api/admin-schemas.ts';

export interface AuditApiDeps {
  audit: Audit;
  auditVerification: AuditVerification;
}

/** Who did what, and whether the log that says so is the one that was written (A3). */
export function createAuditApi({ audit, auditVerification }: AuditApiDeps): Router {
  const router = new Router({ prefix: '/admin/api/v1/audit' });

  router.get('/events', async (ctx) => {
    const { account, from, to, ...query } = parse(auditQuery, ctx.query);
    const accountId = account === undefined ? undefined : await audit.accountOf(account);
    const isNobody = account !== undefined && accountId === undefined;
    const wanted = { ...query, accountId, from: moment(from), to: moment(to) };
    const found = isNobody ? [] : await audit.search(wanted);
    if (accountId) await audit.record(auditEvent.recordViewed(accountId, ownerLooks));
    const more = new URLSearchParams(ctx.querystring);
    more.set('before', String(found.at(-1)?.id));
    const next = found.length < query.limit ? {} : { next: `${ctx.path}?${more}` };
    ctx.body = { events: found.map(describe), ...next };
  });

  router.get('/chain', async (ctx) => {
    const { head: kept } = parse(chainQuery, ctx.query);
    const { broken, head, ...report } = await auditVerification.verify(kept === undefined ? undefined : headFrom(kept));
    ctx.body = {
      intact: broken === undefined,
      ...report,
      head: head ? `${head.seq}:${head.hash}` : null,
      broken: broken ? { problem: broken.problem, seq: broken.seq, event_id: broken.eventId ?? null } : null,
    };
  });

  return router;
}

const ownerLooks = { operator: 'owner', by: 'owner', purpose: 'audit' };

function describe({ id, at, event, oid, clientId, operator, details }: FoundEvent) {
  return { id, at, event, account: oid, client_id: clientId, operator, details };
}

function moment(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}

function headFrom(text: string): KnownHead {
  const [seq, hash] = text.split(':');
  return { seq: Number(seq), hash: hash! };
}
