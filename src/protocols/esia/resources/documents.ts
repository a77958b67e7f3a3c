import type { Account, AccountDocument } from '#src/identity/accounts/account.ts';
import { russianDate } from '#src/protocols/esia/resources/russian-date.ts';
import { withETag, type Resource } from '#src/protocols/esia/resources/collection.ts';

interface DocumentType {
  type: string;
  scope: string;
  /** How many characters of the value are the series. */
  series: number;
  /** The value begins with three letters of the country. */
  hasCountry?: boolean;
}

/** Our kinds of documents as ESIA names them, and the scope that opens each. SNILS and INN are members of the person. */
const types: Record<string, DocumentType> = {
  rf_passport: { type: 'RF_PASSPORT', scope: 'id_doc', series: 4 },
  foreign: { type: 'FID_DOC', scope: 'id_doc', series: 0, hasCountry: true },
  driving_licence: { type: 'RF_DRIVING_LICENSE', scope: 'drivers_licence_doc', series: 4 },
  international_passport: { type: 'FRGN_PASS', scope: 'foreign_passport_doc', series: 2 },
  military_id: { type: 'MLTR_ID', scope: 'military_doc', series: 2 },
  medical_policy: { type: 'MDCL_PLCY', scope: 'medical_doc', series: 0 },
  birth_certificate: { type: 'RF_BRTH_CERT', scope: 'birth_cert_doc', series: 0 },
};

export const documentScopes = [
  'usr_inf',
  'residence_doc',
  'temporary_residence_doc',
  ...new Set(Object.values(types).map(({ scope }) => scope)),
];

/** `/rs/prns/{oid}/docs`, of the kinds that the scopes open. */
export function documentResources(
  account: Account,
  documents: readonly AccountDocument[],
  scopes: ReadonlySet<string>,
): Resource[] {
  return listed(account, documents).flatMap(({ id, type, document }) => {
    if (!scopes.has(type.scope) && !scopes.has('usr_inf')) return [];
    const { verified, details = {} } = document;
    const value = type.hasCountry ? document.value.slice(3) : document.value;
    const printed = {
      issueDate: details.issuedAt && russianDate(details.issuedAt),
      issueId: details.departmentCode?.replaceAll(/\D/g, ''),
      issuedBy: details.issuer,
      expiryDate: details.expiresAt && russianDate(details.expiresAt),
    };
    const resource = {
      stateFacts: ['EntityRoot'],
      id,
      type: type.type,
      vrfStu: verified ? 'VERIFIED' : 'NOT_VERIFIED',
      ...(type.series > 0 ? { series: value.slice(0, type.series) } : {}),
      number: value.slice(type.series),
      ...Object.fromEntries(Object.entries(printed).filter(([, said]) => said !== undefined)),
    };
    return [withETag(resource)];
  });
}

/** The document that says who the person is. */
export function mainDocumentId(account: Account, documents: readonly AccountDocument[]): number | undefined {
  return listed(account, documents).find(({ type }) => type.scope === 'id_doc')?.id;
}

function listed(account: Account, documents: readonly AccountDocument[]) {
  return documents.flatMap((document, i) => {
    const type = types[document.kind];
    return type ? [{ id: account.oid * 100 + 11 + i, type, document }] : [];
  });
}
