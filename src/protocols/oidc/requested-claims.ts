import type { Provider } from 'oidc-provider';
import { VERIFIED_CLAIMS, verifiedNamesIn } from '#src/protocols/oidc/verified-claims.ts';

interface RequestedClaims {
  requestParamClaims: Set<string>;
  params?: { claims?: string };
}

/**
 * Values inside `verified_claims` are asked for like any others: the person sees them on the consent page, and without
 * consent to each of them nothing is told.
 */
export function askConsentForVerifiedClaims(provider: Provider): void {
  const context = provider.OIDCContext.prototype as unknown as RequestedClaims;
  const { get } = Object.getOwnPropertyDescriptor(context, 'requestParamClaims')!;
  Object.defineProperty(context, 'requestParamClaims', {
    configurable: true,
    get(this: RequestedClaims) {
      const names = get!.call(this) as Set<string>;
      if (!names.has(VERIFIED_CLAIMS) || !this.params?.claims) return names;
      const asked = JSON.parse(this.params.claims) as Record<string, unknown>;
      for (const part of [asked.userinfo, asked.id_token]) verifiedNamesIn(part).forEach((name) => names.add(name));
      return names;
    },
  });
}
