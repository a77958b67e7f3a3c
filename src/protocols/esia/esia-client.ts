import type { Client, ClientMetadata } from '#src/identity/clients/client.ts';
import { registeredCertificates, type RegisteredCertificate } from '#src/protocols/esia/registered-certificate.ts';

/** A client system as this dialect sees it. */
export interface EsiaClient {
  mnemonic: string;
  certificates: RegisteredCertificate[];
  redirectHosts: string[];
  isStrict: boolean;
  onlyGost: boolean;
  markerAlgorithm: MarkerAlgorithm;
  /** Undefined: every scope that the catalogue knows. */
  allowedScopes: Set<string> | undefined;
  secret: string | undefined;
}

export type MarkerAlgorithm = 'RS256' | 'GOST3410_2012_256';

/** Undefined: a client of the ordinary dialect alone. */
export function esiaClientOf({ id, metadata, secret }: Client): EsiaClient | undefined {
  const rules = metadata.esia as Partial<EsiaMetadata> | undefined;
  if (!rules) return undefined;
  return {
    mnemonic: id,
    certificates: registeredCertificates(rules.certificates ?? []),
    redirectHosts: [...(rules.redirect_hosts ?? []), ...hostsOf(metadata)],
    isStrict: rules.profile === 'strict',
    onlyGost: rules.signing === 'gost',
    markerAlgorithm: rules.marker_signing === 'GOST3410_2012_256' ? 'GOST3410_2012_256' : 'RS256',
    allowedScopes: typeof metadata.scope === 'string' ? new Set(metadata.scope.split(' ')) : undefined,
    secret,
  };
}

interface EsiaMetadata {
  certificates: string[];
  redirect_hosts: string[];
  profile: 'lenient' | 'strict';
  signing: 'any' | 'gost';
  marker_signing: string;
}

/** Addresses registered for the ordinary dialect name domains as well. */
function hostsOf({ redirect_uris: uris }: ClientMetadata): string[] {
  if (!Array.isArray(uris)) return [];
  return uris.flatMap((uri: unknown) => (typeof uri === 'string' && URL.canParse(uri) ? [new URL(uri).host] : []));
}
