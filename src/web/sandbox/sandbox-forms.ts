import { z } from 'zod';
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

export const peopleQuery = z.object({
  tier: z.enum(tiers).optional().catch(undefined),
  search: z.string().trim().max(100).default('').catch(''),
});

export const inboxQuery = z.object({ to: z.string().trim().max(254).optional().catch(undefined) });
