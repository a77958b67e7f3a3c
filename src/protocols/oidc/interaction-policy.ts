import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Agreement } from '#src/identity/accounts/accounts.ts';
import type { Account } from '#src/identity/accounts/account.ts';
import { isAtLeast } from '#src/identity/accounts/tier.ts';
import type { ClientMetadata } from '#src/identity/clients/client.ts';
import { ACCOUNT_CLIENT_ID } from '#src/protocols/oidc/account-client.ts';
import { demandOf, hasSecondFactor, tierFor, type AcrClaim, type Demand } from '#src/protocols/oidc/assurance.ts';

const { Check, Prompt, base } = interactionPolicy;

/** What findAccount hands out: the account of this request, read once. */
export interface RequestAccount {
  accountId: string;
  account: Account;
}

/** The steps a request may need, in order; the first one not done is asked for next. */
export function createInteractionPolicy(agreement: Agreement) {
  const policy = base();
  const login = policy.get('login')!;
  // A tier is not reached by signing in again; the tier prompt deals with it.
  login.checks.remove('essential_acrs');
  login.checks.remove('essential_acr');
  login.checks.add(
    new Check('account_gone', 'the account is not active', 'login_required', ({ oidc }) =>
      Boolean(oidc.session?.accountId && !oidc.account),
    ),
  );
  login.checks.add(
    new Check('sandbox_person', 'a test person is to be signed in', 'login_required', ({ oidc }) =>
      Boolean(oidc.params?.sandbox_person && !oidc.result?.login && !oidc.promptPending('none')),
    ),
  );
  policy
    .get('consent')!
    .checks.add(
      new Check(
        'offline_not_allowed',
        'access while the person is away was not allowed',
        ({ oidc }) =>
          wantsOffline(oidc) && !oidc.result?.consent && !oidc.grant?.getOIDCScope().includes('offline_access'),
      ),
    );
  policy.add(secondFactorPrompt(), 1);
  policy.add(termsPrompt(agreement), 2);
  policy.add(tierPrompt(), 3);
  return policy;
}

/** The client wants two factors, and the sign-in of this session had one. A remembered device does not count as one. */
function secondFactorPrompt() {
  const isMissing = (ctx: KoaContextWithOIDC) => {
    const { secondFactor } = demandIn(ctx.oidc);
    if (!accountOf(ctx.oidc) || !secondFactor || hasSecondFactor(ctx.oidc.amr)) return false;
    if (secondFactor === 'essential') return true;
    return (
      !ctx.oidc.promptPending('none') && !(ctx.oidc.result as { second_factor?: unknown } | undefined)?.second_factor
    );
  };
  return new Prompt(
    { name: 'second_factor', requestable: false },
    ({ oidc }) => ({ essential: demandIn(oidc).secondFactor === 'essential' }),
    new Check('one_factor', 'a second factor is demanded', 'unmet_authentication_requirements', isMissing),
  );
}

/** Documents changed since the person agreed: asked once more before anything is sent to a client (R6). */
function termsPrompt({ terms, privacy }: Agreement) {
  const isMissing = ({ oidc }: KoaContextWithOIDC) => {
    const agreements = accountOf(oidc)?.agreements ?? [];
    return !agreements.includes(`terms:${terms}`) || !agreements.includes(`privacy:${privacy}`);
  };
  return new Prompt(
    { name: 'terms', requestable: false },
    new Check('terms_changed', 'new terms must be accepted', 'interaction_required', isMissing),
  );
}

/** The person is less proven than the client needs (R3, contract of `acr`). */
function tierPrompt() {
  const isTooLow = (ctx: KoaContextWithOIDC) => {
    const account = accountOf(ctx.oidc);
    if (!account) return false;
    const demand = demandIn(ctx.oidc);
    if (isAtLeast(tierFor(account, metadataOf(ctx.oidc)), demand.tier)) return false;
    if (demand.essential) return true;
    return !ctx.oidc.promptPending('none') && !(ctx.oidc.result as { tier?: unknown } | undefined)?.tier;
  };
  return new Prompt(
    { name: 'tier', requestable: false },
    ({ oidc }) => ({ ...demandIn(oidc) }),
    new Check('tier_too_low', 'the requested assurance is not met', 'unmet_authentication_requirements', isTooLow),
  );
}

function demandIn(oidc: KoaContextWithOIDC['oidc']): Demand {
  const demand = demandOf({
    acrValues: oidc.params?.acr_values as string | undefined,
    acrClaim: acrClaimIn(oidc),
    minimumTier: metadataOf(oidc).minimum_tier ?? 'simplified',
    requiresSecondFactor: metadataOf(oidc).require_second_factor ?? false,
  });
  // No claims go with response type `none`, so what the account wishes it must have.
  if (oidc.client?.clientId === ACCOUNT_CLIENT_ID && demand.secondFactor) demand.secondFactor = 'essential';
  return demand;
}

export function acrClaimIn(oidc: KoaContextWithOIDC['oidc']): AcrClaim | undefined {
  return (oidc.claims as { id_token?: { acr?: AcrClaim } } | undefined)?.id_token?.acr;
}

/** A dialect whose clients ask for lasting access without the scope and prompt that OpenID Connect wants for it. */
export function wantsOffline(oidc: KoaContextWithOIDC['oidc']): boolean {
  return oidc.params?.offline === 'yes';
}

export function accountOf(oidc: KoaContextWithOIDC['oidc']): Account | undefined {
  return (oidc.account as unknown as RequestAccount | undefined)?.account;
}

export function metadataOf(oidc: KoaContextWithOIDC['oidc']): ClientMetadata {
  return oidc.client as unknown as ClientMetadata;
}
