import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { z } from 'zod';

export const centreServices = ['confirm', 'restore', 'create'] as const;

const hour = z.string().regex(/^([01]\d|2[0-4]):[0-5]\d$/);

const centre = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]+$/),
  kind: z.enum(['rostelecom', 'post', 'mfc']),
  city: z.string(),
  address: z.string(),
  services: z.array(z.enum(centreServices)).min(1),
  phone: z.string(),
  /** From day to day of the week, Monday is 1. */
  hours: z.array(
    z.strictObject({ days: z.tuple([z.int().min(1).max(7), z.int().min(1).max(7)]), from: hour, to: hour }),
  ),
  /** Latitude and longitude. */
  at: z.tuple([z.number().min(-90).max(90), z.number().min(-180).max(180)]),
});

export type ServiceCentre = z.infer<typeof centre>;

/** By id, in the order of the file (config/service-centres.yaml). */
export type ServiceCentres = ReadonlyMap<string, ServiceCentre>;

export function loadServiceCentres(): ServiceCentres {
  const text = readFileSync(new URL('../../../config/service-centres.yaml', import.meta.url), 'utf8');
  return new Map(
    z
      .array(centre)
      .parse(load(text))
      .map((one) => [one.id, one]),
  );
}
