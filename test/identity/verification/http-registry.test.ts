import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { HttpRegistry } from '#src/identity/verification/http-registry.ts';
import type { RegistryQuestion } from '#src/identity/verification/registry.ts';
import { Canary } from '#test/support/canary.ts';

const question: RegistryQuestion = {
  id: '019a0000-0000-7000-8000-000000000001',
  askedAt: new Date(),
  person: { familyName: 'Петрова', givenName: 'Анна', birthdate: '1998-03-12', gender: 'female' },
  documents: [
    {
      kind: 'rf_passport',
      value: '4510123456',
      details: { issuedAt: '2018-04-20', departmentCode: '770-001', issuer: 'ОВД' },
    },
    { kind: 'snils', value: '11223344595' },
    { kind: 'driving_licence', value: '7701123456', details: { issuedAt: '2025-03-12', expiresAt: '2035-03-12' } },
  ],
};

describe('the registry behind HTTP', () => {
  let adapter: Canary;
  let headers: IncomingHttpHeaders;
  let answer: { status?: number; body?: string; location?: string; silent?: boolean };

  before(async () => {
    adapter = await Canary.listen((request, response) => {
      headers = request.headers;
      if (answer.silent) return;
      if (answer.location) response.setHeader('location', answer.location);
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' }).end(answer.body ?? '{}');
    });
  });
  after(() => adapter.close());

  function ask(token: string | undefined = 'a-token', timeoutMs = 2000) {
    return new HttpRegistry({ url: `${adapter.origin}/`, token, timeoutMs }).ask(question);
  }

  it('is asked as docs/registry.md says: once under one id, dates as ISO 8601, nothing that was not entered', async () => {
    answer = { body: '{"status":"passed"}' };
    assert.deepEqual(await ask(), { status: 'passed' });
    const { method, path, body } = adapter.requests.at(-1)!;
    assert.deepEqual([method, path], ['POST', '/checks']);
    assert.equal(headers['idempotency-key'], question.id);
    assert.equal(headers.authorization, 'Bearer a-token');
    assert.deepEqual(JSON.parse(body), {
      id: question.id,
      person: { family_name: 'Петрова', given_name: 'Анна', birthdate: '1998-03-12', gender: 'female' },
      documents: [
        {
          type: 'rf_passport',
          number: '4510123456',
          issued_at: '2018-04-20',
          department_code: '770-001',
          issuer: 'ОВД',
        },
        { type: 'snils', number: '11223344595' },
        { type: 'driving_licence', number: '7701123456', issued_at: '2025-03-12', expires_at: '2035-03-12' },
      ],
    });
  });

  for (const [body, said] of [
    [
      '{"status":"failed","wrong":["snils","driving-licence"]}',
      { status: 'failed', wrong: ['snils', 'driving-licence'] },
    ],
    ['{"status":"failed"}', { status: 'failed', wrong: [] }],
    ['{"status":"pending","ask_again_seconds":600}', { status: 'pending', askAgainSeconds: 600 }],
    ['{"status":"pending"}', { status: 'pending', askAgainSeconds: undefined }],
    ['{"status":"passed","later":"member"}', { status: 'passed' }],
  ] as const) {
    it(`understands ${body}`, async () => {
      answer = { body };
      assert.deepEqual(await ask(), said);
    });
  }

  for (const [what, said] of [
    ['a fault', { status: 503 }],
    ['a refusal, even with a body that says passed', { status: 401, body: '{"status":"passed"}' }],
    ['a body that is no JSON', { body: 'passed' }],
    ['a status that nobody knows', { body: '{"status":"approved"}' }],
    ['a field that nobody knows', { body: '{"status":"failed","wrong":["shoe-size"]}' }],
    ['a redirect, to wherever', { status: 307, location: 'http://localhost:9/checks' }],
    ['silence', { silent: true }],
  ] as const) {
    it(`takes ${what} for no answer`, async () => {
      answer = said;
      await assert.rejects(ask('a-token', 300));
    });
  }
});
