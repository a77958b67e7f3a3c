import { isDeepStrictEqual } from 'node:util';
import type { Translator } from '#src/platform/i18n/translator.ts';
import { deriveKey } from '#src/platform/security/encryption.ts';
import type { ClientMetadata } from '#src/identity/clients/client.ts';
import type { Clients } from '#src/identity/clients/clients.ts';

const demoSites = ['university', 'broker'] as const;
type DemoSite = (typeof demoSites)[number];

/** What a demo client system is given, as any other client would be. */
export interface DemoClient {
  site: DemoSite;
  id: string;
  secret: string;
  /** Where it lives, without a trailing slash. */
  url: string;
  scope: string;
}

interface DemoClientsDeps {
  issuer: string;
  masterKey: Buffer;
}

export function demoClients({ issuer, masterKey }: DemoClientsDeps): DemoClient[] {
  return demoSites.map((site) => {
    const id = `demo-${site}`;
    const secret = deriveKey(masterKey, id).toString('base64url');
    return { site, id, secret, url: `${issuer}/demo/${site}`, scope: rules[site].scope };
  });
}

/** Puts the demo clients into the register; those that stand there unchanged are left alone. */
export async function registerDemoClients(
  clients: Clients,
  { issuer, masterKey, translator }: DemoClientsDeps & { translator: Translator },
): Promise<void> {
  for (const demo of demoClients({ issuer, masterKey })) {
    const known = await clients.find(demo.id);
    const metadata = metadataOf(demo, issuer, translator);
    if (known?.secret === demo.secret && isDeepStrictEqual(known.metadata, metadata)) continue;
    await clients.save(demo.id, { ...metadata, client_secret: demo.secret });
  }
}

const rules: Record<DemoSite, { scope: string } & ClientMetadata> = {
  university: { scope: 'openid profile email phone', minimum_tier: 'simplified', refused_methods: [] },
  // A letter proves the address more than the person: not enough for money.
  broker: { scope: 'openid fullname birthdate snils email', minimum_tier: 'confirmed', refused_methods: ['mail'] },
};

function metadataOf({ site, url }: DemoClient, issuer: string, translator: Translator): ClientMetadata {
  return {
    ...rules[site],
    client_name: translator.t(`demo.${site}.name`),
    purpose: translator.t(`demo.${site}.purpose`),
    client_uri: url,
    logo_uri: `${issuer}/assets/demo/${site}.svg`,
    policy_uri: `${url}/privacy`,
    tos_uri: `${url}/terms`,
    redirect_uris: [`${url}/callback`],
    post_logout_redirect_uris: [`${url}/signed-out`],
    backchannel_logout_uri: `${url}/backchannel-logout`,
    backchannel_logout_session_required: true,
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
  };
}
