import type { Clock } from '#src/platform/clock.ts';
import type { Config } from '#src/platform/config/config.ts';
import type { Scopes } from '#src/platform/config/scopes.ts';
import type { Flows } from '#src/platform/storage/flows.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import type { Artifacts } from '#src/identity/sessions/artifacts.ts';
import type { Releases } from '#src/identity/consents/releases.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import { Dialect } from '#src/protocols/oidc/dialect.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';
import { Authorizations } from '#src/protocols/esia/authorizations.ts';
import { DeveloperAccess } from '#src/protocols/esia/developer-access.ts';
import { Logout } from '#src/protocols/esia/logout.ts';
import type { MarkerKeys } from '#src/protocols/esia/marker-keys.ts';
import { Markers } from '#src/protocols/esia/markers.ts';
import { Resources } from '#src/protocols/esia/resources/resources.ts';
import { SignedRequests } from '#src/protocols/esia/signed-requests.ts';
import { TokenExchange } from '#src/protocols/esia/token-exchange.ts';

interface EsiaDeps {
  config: Config;
  clock: Clock;
  scopes: Scopes;
  flows: Flows;
  accounts: Accounts;
  clients: Clients;
  artifacts: Artifacts;
  releases: Releases;
  live: LiveProvider;
  accountSessions: AccountSessions;
  keys: MarkerKeys;
}

/** The parts of the dialect, put together. */
export function buildEsia(deps: EsiaDeps) {
  const { config, clock, accounts, clients, scopes, keys, live } = deps;
  const settings = config.esia;
  const { accessTokenSeconds, timestampWindowSeconds: windowSeconds } = settings;
  const dialect = new Dialect({ live, artifacts: deps.artifacts });
  const markers = new Markers({ keys, clock, settings });
  const signedRequests = new SignedRequests({ clients, dialect, clock, windowSeconds });
  return {
    keys,
    signedRequests,
    authorizations: new Authorizations({ ...deps, dialect, markers }),
    tokens: new TokenExchange({ accounts, dialect, markers, scopes, accessTokenSeconds }),
    resources: new Resources({
      accounts,
      dialect,
      markers,
      releases: deps.releases,
      issuer: config.issuer,
      now: () => clock.now(),
    }),
    logout: new Logout({ accountSessions: deps.accountSessions, isHttpAllowed: config.sandbox }),
    access: new DeveloperAccess({ clients, signedRequests, sandbox: config.sandbox }),
  };
}
