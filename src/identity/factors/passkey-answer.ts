import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';

const base64url = z
  .string()
  .regex(/^[\w-]+$/)
  .max(20_000);

const common = {
  id: base64url.max(1400),
  rawId: base64url.max(1400),
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).default({}),
};

const assertion = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.optional(),
  }),
});

const attestation = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z
      .array(z.string().regex(/^[a-z-]{1,20}$/))
      .max(10)
      .optional(),
  }),
});

/** What a browser posts after the person used a passkey. Undefined: anything else. */
export function readAssertion(text: string): AuthenticationResponseJSON | undefined {
  return assertion.safeParse(fromJson(text)).data;
}

export function readAttestation(text: string): RegistrationResponseJSON | undefined {
  return attestation.safeParse(fromJson(text)).data;
}

/** The challenge that the browser says it answered; empty when it says none, or was in a frame of another site. */
export function challengeIn({ response }: { response: { clientDataJSON: string } }): string {
  const data = fromJson(Buffer.from(response.clientDataJSON, 'base64url').toString());
  return (
    z.object({ challenge: z.string(), crossOrigin: z.literal(false).optional() }).safeParse(data).data?.challenge ?? ''
  );
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
