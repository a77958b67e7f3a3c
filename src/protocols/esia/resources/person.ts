import type { Account, AccountDocument } from '#src/identity/accounts/account.ts';
import { tierFrom } from '#src/identity/accounts/tier.ts';
import { withETag } from '#src/protocols/esia/resources/collection.ts';
import { russianDate } from '#src/protocols/esia/resources/russian-date.ts';
import { mainDocumentId } from '#src/protocols/esia/resources/documents.ts';

/** `/rs/prns/{oid}`: technical members for everybody who may ask at all, the person's own by scope. */
export function personResource(account: Account, documents: readonly AccountDocument[], scopes: ReadonlySet<string>) {
  const { profile, evidence, updatedAt } = account;
  const may = (...names: string[]) => ['usr_inf', ...names].some((name) => scopes.has(name));
  const document = (kind: string) => documents.find((one) => one.kind === kind)?.value;
  const said = {
    ...(may('fullname', 'profile')
      ? { firstName: profile.givenName, lastName: profile.familyName, middleName: profile.middleName }
      : {}),
    ...(may('birthdate', 'profile') ? { birthDate: profile.birthdate && russianDate(profile.birthdate) } : {}),
    ...(may('birthplace') ? { birthPlace: profile.birthplace } : {}),
    ...(may('gender', 'profile') ? { gender: profile.gender && (profile.gender === 'male' ? 'M' : 'F') } : {}),
    ...(may('citizenship') ? { citizenship: profile.citizenship } : {}),
    ...(may('snils') ? { snils: spacedSnils(document('snils')) } : {}),
    ...(may('inn') ? { inn: document('inn') } : {}),
  };
  return withETag({
    stateFacts: ['EntityRoot'],
    ...present(said),
    trusted: tierFrom(evidence) === 'confirmed',
    status: 'REGISTERED',
    verifying: false,
    ...present({ rIdDoc: may('id_doc') ? mainDocumentId(account, documents) : undefined }),
    containsUpCfmCode: false,
    updatedOn: Math.floor(updatedAt.getTime() / 1000),
  });
}

/** 00000060001 as `000-000-600 01`. */
function spacedSnils(digits: string | undefined): string | undefined {
  return digits?.replace(/^(\d{3})(\d{3})(\d{3})(\d{2})$/, '$1-$2-$3 $4');
}

function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
