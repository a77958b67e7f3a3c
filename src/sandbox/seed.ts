import type { Translations } from '#src/platform/i18n/translator.ts';
import type { Config } from '#src/platform/config/config.ts';
import type { Secrets } from '#src/platform/config/secrets.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import { registerDemoClients } from '#src/sandbox/demo-clients.ts';
import type { SandboxPeople } from '#src/sandbox/people.ts';

interface SeedDeps {
  config: Pick<Config, 'issuer' | 'service'>;
  secrets: Pick<Secrets, 'masterKeys'>;
  translations: Translations;
  clients: Clients;
  sandboxPeople: SandboxPeople;
}

/** What a sandbox needs to be of use: people to sign in as, and client systems to sign in to. Costs little when it is there. */
export async function seedSandbox({ config, secrets, translations, clients, sandboxPeople }: SeedDeps): Promise<void> {
  const masterKey = secrets.masterKeys[0]!.key;
  const translator = translations.for(config.service.defaultLanguage);
  await registerDemoClients(clients, { issuer: config.issuer, masterKey, translator });
  await sandboxPeople.settle();
}
