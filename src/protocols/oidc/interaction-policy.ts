import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Agreement } from '#src/identity/accounts/accounts.ts';
import type { Account } from '#src/identity/accounts/account.ts';
import { isAtLeast } from '#src/identity/accounts/tier.ts';
import type { ClientMetadata } from '#src/identity/clients/client.ts';
import { demandOf, tierFor, type AcrClaim, type TierDemand } from '#src/protocols/oidc/assurance.ts';

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
  policy.add(termsPrompt(agreement), 1);
  policy.add(tierPrompt(), 2);
  return policy;
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

function demandIn(oidc: KoaContextWithOIDC['oidc']): TierDemand {
  const idToken = (oidc.claims as { id_token?: Record<string, unknown> } | undefined)?.id_token;
  return demandOf({
    acrValues: oidc.params?.acr_values as string | undefined,
    acrClaim: idToken?.acr as AcrClaim,
    minimumTier: metadataOf(oidc).minimum_tier ?? 'simplified',
  });
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
