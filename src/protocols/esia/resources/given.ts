import type { Resource } from '#src/protocols/esia/resources/collection.ts';

/** Members and types of ESIA's answers by the claims that the person knows them as, for the list of what each client was given. */
const ofPerson: Record<string, string> = {
  firstName: 'given_name',
  lastName: 'family_name',
  middleName: 'middle_name',
  birthDate: 'birthdate',
  birthPlace: 'birthplace',
  gender: 'gender',
  citizenship: 'citizenship',
  snils: 'snils',
  inn: 'inn',
};

const byType: Record<string, string> = {
  MBT: 'phone_number',
  EML: 'email',
  RF_PASSPORT: 'id_doc',
  FID_DOC: 'id_doc',
  RF_DRIVING_LICENSE: 'drivers_licence_doc',
  FRGN_PASS: 'foreign_passport_doc',
};

export function givenByPerson(person: Record<string, unknown>): string[] {
  return Object.keys(person).flatMap((member) => ofPerson[member] ?? []);
}

/** Of whole elements; their addresses alone say nothing of the person. */
export function givenByElements(member: string, elements: readonly Resource[]): string[] {
  if (member === 'addresses') return elements.length > 0 ? ['address'] : [];
  return [...new Set(elements.flatMap(({ type }) => byType[String(type)] ?? []))];
}
