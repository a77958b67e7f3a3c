import { fullName, type Profile } from '#src/identity/accounts/account.ts';
import type { Tier } from '#src/identity/accounts/tier.ts';
import { accountSignInPath } from '#src/protocols/oidc/account-client.ts';
import { foreignLoginOf, tierOf, type SandboxPerson } from '#src/sandbox/person.ts';

type Say = (key: string, args?: Record<string, string | number>) => string;

/** A person as the contract of the sandbox's API describes them. */
export function describePerson(person: SandboxPerson, t: Say) {
  const { id, contacts, documents, typed, citizenship, password, secondFactor, totpSecret, passkey, operator } = person;
  const known = { ...documents, ...typed };
  const foreign = foreignLoginOf(person);
  const papers = Object.keys(known).length > 0 ? { documents: known } : {};
  return {
    id,
    about: [nameOf(person), ...traitsOf(person, t)].join(', '),
    logins: { ...contacts, ...(documents.snils ? { snils: documents.snils } : {}), ...(foreign ? { foreign } : {}) },
    password,
    tier: tierOf(person),
    secondFactor: secondFactor ?? null,
    ...(totpSecret ? { totpSecret } : {}),
    // A counter has to be above every one before it, whichever script answered last.
    ...(passkey ? { passkey: { ...passkey, signCount: Math.floor(Date.now() / 1000) } } : {}),
    ...papers,
    ...(operator ? { operator } : {}),
    citizenship: citizenship ?? null,
  };
}

/** A row of the list of people. */
export function personRow(person: SandboxPerson, t: Say) {
  const { id, blocked } = person;
  return {
    ...describePerson(person, t),
    name: nameOf(person),
    traits: traitsOf(person, t),
    signInUrl: blocked ? undefined : accountSignInPath('/account', { sandbox_person: id, prompt: 'login' }),
    consoleUrl: person.operator && '/console',
  };
}

/** Each paragraph in pieces, addresses apart from the words around them. */
export function paragraphsOf(text: string): string[][] {
  return text.split(/\n\s*\n/).map((paragraph) => paragraph.split(/(https?:\/\/[^\s<>"]+)/));
}

/** Where a letter stands as it would be printed. */
export function pdfOf({ id, channel }: { id: string; channel: string }): string | undefined {
  return channel === 'letter' ? `/sandbox/inbox/${id}/letter.pdf` : undefined;
}

export function searchPeople(people: readonly SandboxPerson[], { tier, search }: { tier?: Tier; search: string }) {
  const wanted = search.toLowerCase();
  return people.filter((person) => {
    const said = [person.id, nameOf(person), ...Object.values(person.contacts), ...Object.values(person.documents)];
    return (!tier || tierOf(person) === tier) && (!wanted || said.join('\n').toLowerCase().includes(wanted));
  });
}

function nameOf({ name }: SandboxPerson): string {
  return fullName({ familyName: name.family, givenName: name.given, middleName: name.middle } satisfies Profile);
}

function traitsOf({ evidence, traits, secondFactor, operator }: SandboxPerson, t: Say): string[] {
  const proofs = evidence.filter((method) => method !== 'registry').map((method) => t(`sandbox.by.${method}`));
  const factor = secondFactor ? [t(`sandbox.second-factor.${secondFactor}`)] : [];
  const work = operator ? [t(`operator-role.${operator.role}`)] : [];
  return [...work, ...proofs, ...factor, ...traits.map((trait) => t(`sandbox.trait.${trait}`))];
}
