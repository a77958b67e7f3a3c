import { z } from 'zod';
import { registryFields } from '#src/identity/verification/registry.ts';
import { faultModes, faultTargets } from '#src/platform/messaging/faults.ts';
import { tiers } from '#src/identity/accounts/tier.ts';
import { parseDuration } from '#src/web/sandbox/duration.ts';

const duration = z
  .string()
  .trim()
  .toUpperCase()
  .transform((text, check) => {
    const ms = parseDuration(text);
    if (ms === undefined) check.addIssue({ code: 'custom', message: 'duration' });
    return ms ?? z.NEVER;
  });

export const clockForm = z.union([
  z.object({ reset: z.literal([true, 'true']) }),
  z.object({ advance: duration, reset: z.literal(false).optional() }),
]);

export const faultForm = z.object({ target: z.enum(faultTargets), mode: z.enum(faultModes) });

export const registryOutcomes = ['pass', 'fail', 'silent', 'down'] as const;
export const registryDelays = ['PT0S', 'PT10S', 'PT1H', 'P1D', 'P14D'] as const;

/** What the simulated registry finds from now on, and after how long. */
export const registryForm = z.object({
  outcome: z.enum(registryOutcomes),
  wrong: z.preprocess((one) => (typeof one === 'string' ? [one] : one), z.array(z.enum(registryFields))).optional(),
  delay: duration.optional().transform((ms) => ms ?? 0),
});

export const peopleQuery = z.object({
  tier: z.enum(tiers).optional().catch(undefined),
  search: z.string().trim().max(100).default('').catch(''),
});

export const inboxQuery = z.object({ to: z.string().trim().max(254).optional().catch(undefined) });
