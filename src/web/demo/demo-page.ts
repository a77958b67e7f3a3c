import type { Page } from '#src/web/middleware/page.ts';
import type { DemoSystem } from '#src/web/demo/demo-system.ts';
import type { SignedIn } from '#src/web/demo/relying-party.ts';

/** The provider's documented values of `acr`. */
export const CONFIRMED = 'urn:esia:acr:confirmed';
const tiers = ['simplified', 'standard', 'confirmed'];

/** What every page of a demo site is told. */
export function frame({ path, client: { site } }: DemoSystem, page: Page) {
  const name = page.t(`demo.${site}.name`);
  return { title: page.t(`demo.${site}.title`), site, siteName: name, path, loginUrl: `${path}/login` };
}

/** Said by the protocol about the token, not by the person about themselves. */
const technical = new Set(['iss', 'aud', 'iat', 'exp', 'nonce', 'at_hash', 'acr', 'amr', 'auth_time', 'sid']);

export function cabinet({ claims, payload }: SignedIn, page: Page) {
  const tier = tiers.find((name) => payload.acr === `urn:esia:acr:${name}`);
  return {
    title: page.t('demo.cabinet.title', { name: String(claims.given_name ?? claims.name ?? '') }),
    claims: Object.entries(claims)
      .filter(([name]) => !technical.has(name))
      .map(([name, value]) => ({ name, label: labelOf(name, page), value: written(value) })),
    acr: payload.acr ?? '—',
    tier: tier && page.t(`tier.${tier}`),
    mayRaise: tier !== 'confirmed',
    amr: [payload.amr ?? []].flat().map(String).join(', ') || '—',
    signedInAt: payload.auth_time ? page.translator.dateTime(new Date(payload.auth_time * 1000)) : '—',
    idToken: JSON.stringify(payload, null, 2),
  };
}

function labelOf(name: string, page: Page): string | undefined {
  return page.translator.has(`claim.${name}`) ? page.t(`claim.${name}`) : undefined;
}

function written(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
