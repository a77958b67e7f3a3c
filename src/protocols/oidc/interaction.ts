import type { Context } from 'koa';
import { errors, type Interaction, type Provider } from 'oidc-provider';
import { Refusal } from '#src/platform/errors.ts';
import type { Account } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import type { Tier } from '#src/identity/accounts/tier.ts';
import type { ClientMetadata } from '#src/identity/clients/client.ts';
import type { Allowance } from '#src/identity/consents/consents.ts';
import { deviceFrom } from '#src/identity/sessions/device.ts';
import { tierFor } from '#src/protocols/oidc/assurance.ts';
import { speaksEsia } from '#src/protocols/oidc/esia-client.ts';
import type { LiveProvider } from '#src/protocols/oidc/live-provider.ts';

type Step = 'login' | 'second_factor' | 'terms' | 'tier' | 'consent';

export interface RequestingClient {
  id: string;
  name: string;
  host: string;
  /** Where the person can begin anew. */
  uri: string;
  purpose: string;
  /** In that dialect also documents that nobody checked are given, marked as such. */
  speaksEsia: boolean;
  logoUri?: string;
  policyUri?: string;
  tosUri?: string;
}

/** What a client's request still needs from the person in this browser. */
export interface CurrentInteraction {
  uid: string;
  step: Step;
  client: RequestingClient;
  accountId: string | undefined;
  loginHint: string | undefined;
  /** Sandbox only: the test person that the request wants signed in. */
  sandboxPerson: string | undefined;
  uiLocales: string[];
  /** Somebody signed in meanwhile in another tab, and nothing demands to do it again. */
  isAlreadySignedIn: boolean;
  demand: { tier: Tier; essential: boolean } | undefined;
  /** False: the client would like two factors, and takes one as well. */
  mustHaveSecondFactor: boolean;
  /** What consent is asked for: missing now, or everything when the client wants consent anew. */
  asked: Allowance;
  returnTo: string;
}

/** `generation`: the account's, as it was when the person proved who they are. */
export interface ProvenSignIn {
  accountId: string;
  amr: string[];
  generation: number;
}

/** The only door between pages and protocol: what is asked now; this step is done; the person refused. */
export class Interactions {
  readonly #live: LiveProvider;
  readonly #accounts: Accounts;
  /** What each request of a page has read, so that its result is not read for again. */
  readonly #loaded = new WeakMap<Context['req'], Interaction>();

  constructor({ live, accounts }: { live: LiveProvider; accounts: Accounts }) {
    this.#live = live;
    this.#accounts = accounts;
  }

  /** @throws Refusal `expired` when it is over, or belongs to another browser (B3). */
  async current({ req, res }: Context): Promise<CurrentInteraction> {
    const provider = this.#live.current;
    const interaction = await find(provider, req, res);
    this.#loaded.set(req, interaction);
    const client = await provider.Client.find(interaction.params.client_id as string);
    if (!client) throw new Refusal('expired', 400);
    const session = await provider.Session.get(provider.createContext(req, res));
    const reasons = interaction.prompt.reasons;
    return {
      uid: interaction.uid,
      step: interaction.prompt.name as Step,
      client: describe(client, provider.issuer),
      accountId: interaction.session?.accountId,
      loginHint: interaction.params.login_hint as string | undefined,
      sandboxPerson: interaction.params.sandbox_person as string | undefined,
      uiLocales: ((interaction.params.ui_locales as string | undefined) ?? '').split(' ').filter(Boolean),
      isAlreadySignedIn: reasons.every((reason) => reason === 'no_session') && session.accountId !== undefined,
      demand:
        interaction.prompt.name === 'tier'
          ? (interaction.prompt.details as { tier: Tier; essential: boolean })
          : undefined,
      mustHaveSecondFactor:
        interaction.prompt.name === 'second_factor' && (interaction.prompt.details as { essential: boolean }).essential,
      asked: askedFor(interaction),
      returnTo: interaction.returnTo,
    };
  }

  /** Who asks in a request known by its unguessable id alone, for pages outside of it. Undefined: over or unknown. */
  async clientOf(uid: string): Promise<RequestingClient | undefined> {
    const provider = this.#live.current;
    const interaction = await provider.Interaction.find(uid);
    const client = interaction && (await provider.Client.find(interaction.params.client_id as string));
    return client && describe(client, provider.issuer);
  }

  /** A client known by its id, long after its request is over. */
  async clientById(id: string): Promise<RequestingClient | undefined> {
    const provider = this.#live.current;
    const client = await provider.Client.find(id);
    return client && describe(client, provider.issuer);
  }

  /** What the person may be told about themselves on the consent and tier pages. */
  async account(current: CurrentInteraction): Promise<Account> {
    const account = current.accountId === undefined ? undefined : await this.#accounts.find(current.accountId);
    if (account?.status !== 'active') throw new Refusal('expired', 400);
    return account;
  }

  async tierOf(account: Account, clientId: string): Promise<Tier> {
    const client = await this.#live.current.Client.find(clientId);
    return tierFor(account, (client ?? {}) as ClientMetadata);
  }

  /** Ways of confirming that this client does not accept. */
  async refusedMethods(clientId: string): Promise<string[]> {
    const client = await this.#live.current.Client.find(clientId);
    return (client as unknown as ClientMetadata | undefined)?.refused_methods ?? [];
  }

  /** Each answers the address to send the browser to. */
  async signedIn(ctx: Context, { accountId, amr, generation }: ProvenSignIn): Promise<string> {
    // The moment is said here: later steps of this request repeat this result, and must not make the sign-in younger.
    const ts = Math.floor(Date.now() / 1000);
    return this.#result(ctx, {
      login: { accountId, amr, generation, ts, remember: false, device: deviceFrom(ctx.get('user-agent')) },
    });
  }

  /**
   * A second factor was added to the session that this browser has. The sign-in does not get younger by it.
   * @throws Refusal `expired` when the session ended or is another person's meanwhile.
   */
  async steppedUp(ctx: Context, { accountId }: CurrentInteraction, amr: string[]): Promise<string> {
    const provider = this.#live.current;
    const generation = accountId === undefined ? undefined : (await this.#accounts.find(accountId))?.generation;
    const session = await provider.Session.get(provider.createContext(ctx.req, ctx.res));
    if (accountId === undefined || session.accountId !== accountId) throw new Refusal('expired', 400);
    const methods = [...new Set([...(session.amr ?? []), ...amr, 'mfa'])];
    const device = deviceFrom(ctx.get('user-agent'));
    return this.#result(ctx, {
      login: { accountId, amr: methods, generation, ts: session.loginTs, remember: false, device },
      second_factor: {},
    });
  }

  async secondFactorDeclined(ctx: Context): Promise<string> {
    return this.#result(ctx, { second_factor: { declined: true } });
  }

  async termsAccepted(ctx: Context): Promise<string> {
    return this.#result(ctx, { terms: {} });
  }

  async tierDeclined(ctx: Context): Promise<string> {
    return this.#result(ctx, { tier: { declined: true } });
  }

  async consented(ctx: Context): Promise<string> {
    return this.#result(ctx, { consent: {} });
  }

  async refused(ctx: Context, error = 'access_denied', description = 'the person refused'): Promise<string> {
    return this.#result(ctx, { error, error_description: description });
  }

  async #result({ req, res }: Context, result: Record<string, unknown>): Promise<string> {
    const interaction = this.#loaded.get(req) ?? (await find(this.#live.current, req, res));
    interaction.result = 'error' in result ? result : { ...interaction.lastSubmission, ...result };
    await interaction.save(interaction.exp - Math.floor(Date.now() / 1000));
    return interaction.returnTo;
  }
}

async function find(provider: Provider, req: Context['req'], res: Context['res']): Promise<Interaction> {
  try {
    return await provider.interactionDetails(req, res);
  } catch (error) {
    throw translate(error);
  }
}

function translate(error: unknown): unknown {
  return error instanceof errors.SessionNotFound ? new Refusal('expired', 400) : error;
}

function describe(client: InstanceType<Provider['Client']>, issuer: string): RequestingClient {
  const address = client.clientUri ?? client.redirectUris?.[0];
  return {
    id: client.clientId,
    name: client.clientName ?? client.clientId,
    host: address && URL.canParse(address) ? new URL(address).host : '',
    uri:
      client.initiateLoginUri ?? client.clientUri ?? (address && URL.canParse(address) ? new URL(address).origin : '/'),
    purpose: (client as unknown as ClientMetadata).purpose ?? '',
    speaksEsia: speaksEsia(client),
    logoUri: shownLogo(client.logoUri, issuer),
    policyUri: client.policyUri,
    tosUri: client.tosUri,
  };
}

/** Only what the content policy of our pages lets a browser load: https, or our own. As a picture, an SVG runs nothing. */
function shownLogo(logoUri: string | undefined, issuer: string): string | undefined {
  return logoUri?.startsWith('https://') || logoUri?.startsWith(`${issuer}/`) ? logoUri : undefined;
}

function askedFor({ prompt, params }: Interaction): Allowance {
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = prompt.details as {
    missingOIDCScope?: string[];
    missingOIDCClaims?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  const requested = String(params.scope ?? '')
    .split(' ')
    .filter(Boolean);
  return {
    scopes: [
      ...(missingOIDCScope ?? (prompt.name === 'consent' ? requested : [])),
      ...(params.offline === 'yes' ? ['offline_access'] : []),
    ],
    claims: missingOIDCClaims ?? [],
    resources: Object.fromEntries(
      Object.entries(missingResourceScopes ?? {}).map(([resource, scopes]) => [resource, scopes.join(' ')]),
    ),
  };
}
