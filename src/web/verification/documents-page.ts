import type { Profile } from '#src/identity/accounts/account.ts';
import { countryName } from '#src/identity/accounts/countries.ts';
import type { KnownDocument } from '#src/identity/accounts/identities.ts';
import type { IdentityDocument } from '#src/identity/accounts/identity.ts';
import {
  isOtherDocument,
  otherDocumentKinds,
  type OtherDocumentKind,
} from '#src/identity/verification/other-documents.ts';
import type { DocumentsForm } from '#src/web/verification/documents-forms.ts';
import type { Page } from '#src/web/middleware/page.ts';

/** What stands in the form before the person types: what is known already. */
export function typedAlready(profile: Profile, documents: KnownDocument[]): Record<string, string> {
  const passport = documents.find(({ kind }) => kind === 'rf_passport');
  const value = (kind: string) => documents.find((document) => document.kind === kind)?.value ?? '';
  return {
    'last-name': profile.familyName,
    'first-name': profile.givenName,
    'middle-name': profile.middleName ?? '',
    'birth-date': spokenDay(profile.birthdate),
    'birth-place': profile.birthplace ?? '',
    gender: profile.gender ?? '',
    citizenship: profile.citizenship ?? 'RUS',
    'passport-series': passport?.value.slice(0, 4) ?? '',
    'passport-number': passport?.value.slice(4) ?? '',
    'passport-date': spokenDay(passport?.details?.issuedAt),
    'passport-code': passport?.details?.departmentCode ?? '',
    'passport-issuer': passport?.details?.issuer ?? '',
    snils: grouped(value('snils')),
    inn: value('inn'),
  };
}

/** The form as data; documents this form does not ask for stay as they are. */
export function saidIn(
  form: DocumentsForm,
  { profile, documents }: { profile: Profile; documents: readonly IdentityDocument[] },
): { profile: Profile; documents: IdentityDocument[] } {
  const asked = new Set(['rf_passport', 'snils', 'inn']);
  return {
    profile: {
      ...profile,
      familyName: form['last-name'],
      givenName: form['first-name'],
      middleName: form['middle-name'],
      birthdate: form['birth-date'],
      birthplace: form['birth-place'],
      gender: form.gender,
      citizenship: form.citizenship,
    },
    documents: [
      ...documents.filter(({ kind }) => !asked.has(kind)),
      {
        kind: 'rf_passport',
        value: form['passport-series'] + form['passport-number'],
        details: {
          issuedAt: form['passport-date'],
          departmentCode: form['passport-code'],
          issuer: form['passport-issuer'],
        },
      },
      { kind: 'snils', value: form.snils },
      ...(form.inn ? [{ kind: 'inn', value: form.inn }] : []),
    ],
  };
}

/** The facts as the person reads them; numbers are covered until asked for. */
export function factsOf(page: Page, profile: Profile, documents: KnownDocument[]) {
  const { birthdate, birthplace, gender, citizenship } = profile;
  const said = [
    ['birthdate', birthdate && page.translator.date(new Date(`${birthdate}T00:00:00Z`))],
    ['birthplace', birthplace],
    ['gender', gender && page.t(`gender.${gender}`)],
    ['citizenship', citizenship && countryName(citizenship, page.language)],
  ] as const;
  return {
    facts: said.flatMap(([claim, value]) => (value ? [{ label: page.t(`claim.${claim}`), value }] : [])),
    papers: documents
      .filter(({ kind }) => !isOtherDocument(kind))
      .map(({ kind, value, verified }) => ({ label: page.t(`document.${kind}`), value, verified })),
  };
}

/** Every other document there may be, kept or not. */
export function othersOf(page: Page, documents: KnownDocument[]) {
  return otherDocumentKinds.map((kind) => {
    const { value, verified, details } = documents.find((one) => one.kind === kind) ?? {};
    const expiresAt = details?.expiresAt && page.translator.date(new Date(`${details.expiresAt}T00:00:00Z`));
    return { kind, label: page.t(`document.${kind}`), url: pathOfDocument(kind), value, verified, expiresAt };
  });
}

/** Where what the registry found wrong is put right. */
export function correctionUrl(wrongFields: string[]): string {
  const kinds = otherDocumentKinds.filter((kind) => wrongFields.includes(kind.replaceAll('_', '-')));
  return kinds.length > 0 && kinds.length === wrongFields.length
    ? pathOfDocument(kinds[0]!)
    : '/account/documents/edit';
}

export function pathOfDocument(kind: OtherDocumentKind): string {
  return `/account/documents/${kind.replaceAll('_', '-')}`;
}

export function spokenDay(iso: string | undefined): string {
  return iso ? iso.split('-').reverse().join('.') : '';
}

function grouped(snils: string): string {
  return snils.replace(/^(\d{3})(\d{3})(\d{3})(\d{2})$/, '$1-$2-$3 $4');
}
