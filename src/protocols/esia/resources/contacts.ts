import type { Account, AccountContact } from '#src/identity/accounts/account.ts';
import { withETag, type Resource } from '#src/protocols/esia/resources/collection.ts';

/** `/rs/prns/{oid}/ctts`, of the kinds that the scopes open. */
export function contactResources(
  account: Account,
  contacts: readonly AccountContact[],
  scopes: ReadonlySet<string>,
): Resource[] {
  const all = scopes.has('contacts') || scopes.has('usr_inf');
  return contacts.flatMap(({ kind, value, verified }, i) => {
    const isOpen = all || (kind === 'email' ? scopes.has('email') : scopes.has('mobile') || scopes.has('phone'));
    if (!isOpen) return [];
    const contact = {
      stateFacts: ['Identifiable'],
      id: account.oid * 100 + i + 1,
      type: kind === 'email' ? 'EML' : 'MBT',
      vrfStu: verified ? 'VERIFIED' : 'NOT_VERIFIED',
      value: kind === 'email' ? value : bracketed(value),
      ...(verified ? {} : { isCfmCodeExpired: true }),
    };
    return [withETag(contact)];
  });
}

/** +79104420232 as `+7(910)4420232`. */
function bracketed(phone: string): string {
  return phone.replace(/^\+7(\d{3})(\d{7})$/, '+7($1)$2');
}
