import type { Answer, Call, Command } from '#src/cli/command.ts';
import { ApiRefusal, Unreachable, type AdminApi } from '#src/cli/admin-api.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  takes: [],
  says: 'check that the server is reachable, ready and in order',
  options: {},
  optionsSay: {},
  run: examine,
};

interface Finding {
  check: string;
  ok: boolean;
  says: string;
}

type Check = (api: AdminApi) => Promise<Omit<Finding, 'check'>>;

/** Each by itself: one that fails does not hide the next. */
async function examine({ api }: Call): Promise<Answer> {
  const findings: Finding[] = [];
  for (const [check, look] of Object.entries(checks)) {
    const finding = await look(api).catch((error: Error) => {
      if (error instanceof Unreachable || error instanceof ApiRefusal) return { ok: false, says: error.message };
      throw error;
    });
    findings.push({ check, ...finding });
    if (check === 'reachable' && !finding.ok) break;
  }
  const failed = findings.some(({ ok }) => !ok);
  const lines = findings.map(({ check, ok, says }) => `  ${ok ? 'ok  ' : 'FAIL'}  ${check.padEnd(10)} ${says}`);
  const sum = failed ? 'Something is wrong.' : 'All is well.';
  return { json: { url: api.url, ok: !failed, findings }, text: `${api.url}\n\n${lines.join('\n')}\n\n${sum}`, failed };
}

const checks: Record<string, Check> = {
  async reachable(api) {
    const startedAt = performance.now();
    const { ok, status } = await api.fetch('/health/live');
    return { ok, says: ok ? `answers in ${Math.round(performance.now() - startedAt)} ms` : `answered ${status}` };
  },

  async ready(api) {
    const { ok } = await api.fetch('/health/ready');
    return {
      ok,
      says: ok
        ? 'the database answers and its schema is current'
        : 'the database does not answer, its schema is old, or the server is stopping',
    };
  },

  async admin(api) {
    const { json } = await api.call('GET', '/health');
    return { ok: true, says: json.sandbox ? 'the token is right; this is a sandbox' : 'the token is right' };
  },

  async redis(api) {
    const { json } = await api.call('GET', '/health');
    const says = { ok: 'answers', unavailable: 'does not answer; the database does its work, more slowly' };
    const redis = json.redis as keyof typeof says | null;
    return redis === null ? { ok: true, says: 'none is configured' } : { ok: redis === 'ok', says: says[redis] };
  },

  async clock(api) {
    const { json } = await api.call('GET', '/health');
    const seconds = Math.round((new Date(json.now as string).getTime() - Date.now()) / 1000);
    const ok = Math.abs(seconds) <= 30;
    const hint = json.sandbox
      ? '; put it back with POST /sandbox/api/clock {"reset": true}'
      : '; run a time service on both';
    return {
      ok,
      says: ok
        ? 'goes like the one here'
        : `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the one here${hint}`,
    };
  },

  async discovery(api) {
    const answer = await api.fetch('/.well-known/openid-configuration');
    if (!answer.ok) return { ok: false, says: `answered ${answer.status}` };
    const { issuer } = (await answer.json()) as { issuer: string };
    return issuer === api.url
      ? { ok: true, says: `the issuer is ${issuer}` }
      : { ok: false, says: `the issuer is ${issuer}, but you call ${api.url}: relying parties will refuse its tokens` };
  },

  async keys(api) {
    const { json } = await api.call('GET', '/keys');
    const keys = json.keys as Record<string, string>[];
    const published = (await (await api.fetch('/.well-known/jwks.json')).json()) as { keys: { kid: string }[] };
    const hidden = keys.filter(({ kid }) => !published.keys.some((key) => key.kid === kid));
    if (hidden.length > 0) return { ok: false, says: `${hidden.length} are not published yet; look again in 10 s` };
    const algorithms = [...new Set(keys.map(({ alg }) => alg!))];
    const wanting = algorithms.filter(
      (alg) => !['current', 'next'].every((status) => keys.some((key) => key.alg === alg && key.status === status)),
    );
    return wanting.length > 0
      ? { ok: false, says: `${wanting.join(', ')}: a current or a next key is missing; restart one instance` }
      : { ok: true, says: `${algorithms.join(' and ')} have a current and a next key, published` };
  },

  async messages(api) {
    const { json } = await api.call('GET', '/health');
    const { waiting, oldest_seconds: oldest } = json.outbox ?? { waiting: 0, oldest_seconds: 0 };
    const ok = oldest < 300;
    return {
      ok,
      says: ok
        ? `${waiting} waiting`
        : `${waiting} waiting, the oldest for ${oldest} s: look at the gateways and at the worker`,
    };
  },
};
