import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { z } from 'zod';

const catalogue = z.strictObject({
  scopes: z.record(
    z.string(),
    z.strictObject({
      group: z.enum(['identity', 'contacts', 'documents', 'address', 'organisations', 'offline']),
      claims: z.array(z.string()),
      sensitive: z.boolean().default(false),
    }),
  ),
});

export type ScopeGroup = z.infer<typeof catalogue>['scopes'][string]['group'];

/** Scope → claims and the heading they stand under on the consent page (config/scopes.yaml). */
export type Scopes = ReadonlyMap<string, { group: ScopeGroup; claims: string[]; sensitive: boolean }>;

export function loadScopes(): Scopes {
  const text = readFileSync(new URL('../../../config/scopes.yaml', import.meta.url), 'utf8');
  return new Map(Object.entries(catalogue.parse(load(text)).scopes));
}
