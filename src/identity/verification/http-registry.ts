import { z } from 'zod';
import {
  registryFields,
  type Registry,
  type RegistryAnswer,
  type RegistryQuestion,
} from '#src/identity/verification/registry.ts';

const answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('passed') }),
  z.object({ status: z.literal('failed'), wrong: z.array(z.enum(registryFields)).default([]) }),
  z.object({ status: z.literal('pending'), ask_again_seconds: z.number().int().min(1).max(86_400).optional() }),
]);

interface HttpRegistryOptions {
  url: string;
  token: string | undefined;
  timeoutMs?: number;
}

/** Registries behind the HTTP contract of docs/registry.md. */
export class HttpRegistry implements Registry {
  readonly #options: Required<HttpRegistryOptions>;

  constructor({ url, token, timeoutMs = 8000 }: HttpRegistryOptions) {
    this.#options = { url: `${url.replace(/\/+$/, '')}/checks`, token, timeoutMs };
  }

  async ask(question: RegistryQuestion): Promise<RegistryAnswer> {
    const { url, token, timeoutMs } = this.#options;
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': question.id,
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify(bodyOf(question)),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`the registry answered ${response.status}`);
    }
    const said = answer.parse(await response.json());
    return said.status === 'pending' ? { status: 'pending', askAgainSeconds: said.ask_again_seconds } : said;
  }
}

function bodyOf({ id, person, documents }: RegistryQuestion) {
  return {
    id,
    person: {
      family_name: person.familyName,
      given_name: person.givenName,
      middle_name: person.middleName,
      birthdate: person.birthdate,
      gender: person.gender,
    },
    documents: documents.map(({ kind, value, details }) => ({
      type: kind,
      number: value,
      issued_at: details?.issuedAt,
      department_code: details?.departmentCode,
      issuer: details?.issuer,
      expires_at: details?.expiresAt,
    })),
  };
}
