import Router from '@koa/router';
import { z } from 'zod';
import type { Clock } from '#src/platform/clock.ts';
import type { Scopes } from '#src/platform/config/scopes.ts';
import type { Database } from '#src/platform/storage/database.ts';
import { parseForm } from '#src/platform/pages/form.ts';
import { fullName, type Account } from '#src/identity/accounts/account.ts';
import type { Accounts } from '#src/identity/accounts/accounts.ts';
import { spellContact } from '#src/identity/accounts/contact.ts';
import type { Identities } from '#src/identity/accounts/identities.ts';
import { recoveryStrength, type RecoveryStrength } from '#src/identity/accounts/recovery-strength.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import type { Consents } from '#src/identity/consents/consents.ts';
import type { Releases } from '#src/identity/consents/releases.ts';
import type { ContactReminders } from '#src/identity/contacts/contact-reminders.ts';
import type { Sessions } from '#src/identity/sessions/sessions.ts';
import { loginOf, passportIn } from '#src/identity/verification/foreign-passport.ts';
import { isOwnClient } from '#src/protocols/oidc/own-clients.ts';
import type { AccountSessions } from '#src/protocols/oidc/account-sessions.ts';
import type { Pages } from '#src/web/middleware/page.ts';
import { navigation, requireSignIn, safePath, signedIn } from '#src/web/middleware/signed-in.ts';

export interface AccountDeps {
  pages: Pages;
  clock: Clock;
  db: Database;
  accounts: Accounts;
  identities: Identities;
  accountSessions: AccountSessions;
  contactReminders: ContactReminders;
  sessions: Sessions;
  consents: Consents;
  releases: Releases;
  clients: Clients;
  scopes: Scopes;
}

const endForm = z.object({ session: z.string().regex(/^[\w-]{1,100}$/) });
const revokeForm = z.object({ client: z.string().regex(/^[\x20-\x7e]{1,200}$/) });

/** What comes after each tier, and where the way there begins. */
const nextTiers = {
  simplified: { tier: 'standard', url: '/account/documents' },
  standard: { tier: 'confirmed', url: '/account/confirm' },
  confirmed: undefined,
};

/** A foreign citizen's passport is reviewed before anything else. */
function nextFor({ evidence, profile }: Account) {
  const tier = tierFrom(evidence);
  return tier === 'simplified' && profile.kind === 'foreign'
    ? { tier: 'review', url: '/account/review' }
    : nextTiers[tier];
}

/** Where each way back is added; documents that stand in the form of the passport have no page of their own. */
const placesToAdd: Record<string, string> = {
  phone: '/account/contacts/phone',
  email: '/account/contacts/email',
  driving_licence: '/account/documents/driving-licence',
  international_passport: '/account/documents/international-passport',
  foreign: '/account/review',
};

function describeStrength({ have, missing, word }: RecoveryStrength) {
  const toAdd = missing.map((way) => ({ way, url: placesToAdd[way] ?? '/account/documents/edit' }));
  return { have, missing: toAdd, word };
}

/** The personal account: my data, where I am signed in, what I allowed. */
export function createAccountRoutes(deps: AccountDeps): Router {
  const { pages, accounts, accountSessions, sessions, consents, clients } = deps;
  const router = new Router({ prefix: '/account' });

  // Who turned back on the way here is not asked again.
  router.get('/signed-in', (ctx) => pages.of(ctx).redirect(ctx.query.error ? '/' : safePath(ctx.query.state)));
  router.use(requireSignIn(deps));

  router.get('/', async (ctx) => {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    const documents = await accounts.documents(account.id);
    const contacts = await accounts.contacts(account.id);
    await page.show('account/overview', {
      ...navigation('overview'),
      person: {
        name: fullName(account.profile),
        oid: account.oid,
        birthdate:
          account.profile.birthdate && page.translator.date(new Date(`${account.profile.birthdate}T00:00:00Z`)),
        contacts: contacts.map((contact) => ({ ...contact, value: spellContact(contact) })),
        documents: documents.map(({ kind, value }) => ({ label: page.t(`document.${kind}`), value })),
      },
      reminders: await remindersFor(account),
      tier: tierFrom(account.evidence),
      next: nextFor(account),
      foreignLogin: await foreignLoginOf(account),
      recovery: describeStrength(recoveryStrength(account.profile, contacts, documents)),
    });
  });

  async function remindersFor({ id }: Account) {
    const { trouble, question } = await deps.contactReminders.due(id);
    return {
      ...(trouble && { trouble: { ...trouble, value: spellContact(trouble) } }),
      ...(question && { question: { ...question, value: spellContact(question) } }),
    };
  }

  router.get('/sessions', async (ctx) => {
    const { account, sessionUid } = signedIn(ctx);
    const page = pages.of(ctx);
    const live = await sessions.list(account.id);
    const named = live.map(async ({ uid, device, signedInAt, seenAt, clientIds }) => ({
      id: uid,
      current: uid === sessionUid,
      device: device ?? page.t('sessions.unknown-device'),
      startedAt: page.translator.dateTime(signedInAt ?? seenAt),
      lastSeenAt: page.translator.dateTime(seenAt),
      clients: await clientNames(clientIds),
    }));
    const list = await Promise.all(named);
    await page.show('account/sessions', {
      ...navigation('sessions'),
      sessions: list.sort((a, b) => Number(b.current) - Number(a.current)),
      endAction: '/account/sessions/end',
      endAllAction: '/account/sessions/end-all',
    });
  });

  router.post('/sessions/end', async (ctx) => {
    const { account } = signedIn(ctx);
    const form = parseForm(endForm, ctx.request.body);
    if (form.ok) await accountSessions.end(account.id, form.data.session);
    pages.of(ctx).redirect('/account/sessions');
  });

  router.post('/sessions/end-all', async (ctx) => {
    const { account, sessionUid } = signedIn(ctx);
    await accountSessions.endOthers(account.id, sessionUid);
    pages.of(ctx).redirect('/account/sessions');
  });

  router.get('/consents', async (ctx) => {
    const { account } = signedIn(ctx);
    const page = pages.of(ctx);
    const list = await consents.list(account.id);
    const given = await deps.releases.list(account.id);
    await page.show('account/consents', {
      ...navigation('consents'),
      consents: list.map(({ clientId, metadata, scopes, claims, grantedAt }) => ({
        clientId,
        name: String(metadata.client_name ?? clientId),
        host: hostOf(metadata),
        items: spokenClaims(scopes, claims, deps.scopes).map((claim) => page.t(`claim.${claim}`)),
        grantedAt: page.translator.dateTime(grantedAt),
      })),
      given: given.map(({ clientName, claims, firstAt, lastAt }) => ({
        client: clientName,
        items: spokenClaims([], claims, deps.scopes).map((claim) => page.t(`claim.${claim}`)),
        firstAt: page.translator.dateTime(firstAt),
        lastAt: page.translator.dateTime(lastAt),
      })),
      revokeAction: '/account/consents/revoke',
    });
  });

  router.post('/consents/revoke', async (ctx) => {
    const { account } = signedIn(ctx);
    const form = parseForm(revokeForm, ctx.request.body);
    if (form.ok) await consents.revoke(account.id, form.data.client);
    pages.of(ctx).redirect('/account/consents');
  });

  router.post('/sign-out', async (ctx) => {
    const { account, sessionUid } = signedIn(ctx);
    await accountSessions.end(account.id, sessionUid);
    accountSessions.forgetCookie(ctx);
    pages.of(ctx).redirect('/signed-out');
  });

  async function foreignLoginOf({ id, profile }: Account): Promise<string | undefined> {
    const passport = profile.kind && passportIn(profile, await deps.identities.documents(id));
    const login = passport && loginOf(passport);
    return login && (await accounts.findIdByForeignLogin(login)) === id ? login : undefined;
  }

  async function clientNames(ids: string[]): Promise<string[]> {
    const others = ids.filter((id) => !isOwnClient(id));
    return Promise.all(others.map(async (id) => String((await clients.find(id))?.metadata.client_name ?? id)));
  }

  return router;
}

function hostOf(metadata: Record<string, unknown>): string {
  const address = String(metadata.client_uri ?? (metadata.redirect_uris as string[] | undefined)?.[0] ?? '');
  return URL.canParse(address) ? new URL(address).host : '';
}

const unspoken = new Set(['sub', 'email_verified', 'phone_number_verified', 'updated_at']);

function spokenClaims(scopes: string[], claims: string[], catalogue: Scopes): string[] {
  const names = new Set([...claims, ...scopes.flatMap((scope) => catalogue.get(scope)?.claims ?? [])]);
  return [...names].filter((name) => !unspoken.has(name));
}
