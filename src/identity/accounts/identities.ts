import type { Clock } from '#src/platform/clock.ts';
import type { BlindIndex, FieldEncryption } from '#src/platform/security/encryption.ts';
import { newId } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { DocumentRow } from '#src/platform/storage/tables.ts';
import type { Account, Profile } from '#src/identity/accounts/account.ts';
import {
  canonical,
  identityKinds,
  verifiedValues,
  type DocumentDetails,
  type IdentityDocument,
  type VerifiedValues,
} from '#src/identity/accounts/identity.ts';
import * as store from '#src/identity/accounts/identity-store.ts';
import type { ProofMethod } from '#src/identity/accounts/tier.ts';

export interface KnownDocument extends IdentityDocument {
  verified: boolean;
}

/** A person's data, held against changes until the transaction ends. */
export interface HeldIdentity {
  accountId: string;
  status: Account['status'];
  locale: Account['locale'];
  generation: Account['generation'];
  profile: Profile;
  documents: KnownDocument[];
  /** Of the values that a tier hangs on. */
  snapshot: Buffer | undefined;
  /** Of every document, also those that prove nobody. */
  fullSnapshot: Buffer;
}

export interface Evidence {
  method: ProofMethod;
  checkedBy: string;
  at: Date;
  /** Whether it stands for the data as they are now. */
  fits: boolean;
  values: VerifiedValues | undefined;
}

/** Who somebody is on paper, and the evidence for it. Whatever changes a value here takes the trust away with it (G1 to G3). */
export class Identities {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #encryption: FieldEncryption;
  readonly #index: BlindIndex;

  constructor(deps: { db: Database; clock: Clock; encryption: FieldEncryption; index: BlindIndex }) {
    this.#db = deps.db;
    this.#clock = deps.clock;
    this.#encryption = deps.encryption;
    this.#index = deps.index;
  }

  async hold(connection: Connection, accountId: string): Promise<HeldIdentity | undefined> {
    const row = await store.lockAccount(connection, accountId);
    if (!row) return undefined;
    const profile = this.#encryption.decryptJson<Profile>(row.profile, profilePlace(accountId));
    const documents = await this.documents(accountId, connection);
    return {
      accountId,
      status: row.status,
      locale: (row.locale as Account['locale'] | null) ?? undefined,
      generation: row.sign_in_generation,
      profile,
      documents,
      snapshot: row.snapshot ?? undefined,
      fullSnapshot: this.#hash(accountId, { ...verifiedValues(profile, []), documents }),
    };
  }

  async documents(accountId: string, connection: Connection = this.#db): Promise<KnownDocument[]> {
    const rows = await store.listDocuments(connection, accountId);
    return rows.map((row) => this.#open(row));
  }

  /** Who says that this very document is theirs; the one whose it was seen to be, if anybody's, says `verified`. */
  async ownersOf(
    { kind, value }: Pick<IdentityDocument, 'kind' | 'value'>,
    connection: Connection = this.#db,
  ): Promise<{ accountId: string; verified: boolean }[]> {
    return store.listOwners(connection, kind, this.#index.of(`documents.${kind}`, value));
  }

  /** Whose document it is proven to be. */
  async findIdByDocument(
    { kind, value }: IdentityDocument,
    connection: Connection = this.#db,
  ): Promise<string | undefined> {
    return store.findIdByDocument(connection, kind, this.#index.of(`documents.${kind}`, value));
  }

  /** The person's own words, which prove nothing: evidence for other values stops counting at once. */
  async replace(
    connection: Connection,
    { accountId, documents: known }: HeldIdentity,
    { profile, documents }: { profile: Profile; documents: IdentityDocument[] },
  ): Promise<HeldIdentity> {
    await this.saveProfile(connection, accountId, profile);
    const rows = await store.listDocuments(connection, accountId);
    for (const row of rows) {
      const { kind, value, details } = this.#open(row);
      const kept = documents.some((one) => sameDocument(one, { kind, value, details }));
      if (!kept) await store.deleteDocument(connection, row.id);
    }
    for (const document of documents)
      if (!known.some((one) => sameDocument(one, document))) await this.#insert(connection, accountId, document, null);
    await this.#refresh(connection, accountId);
    return (await this.hold(connection, accountId))!;
  }

  /** For values no tier hangs on: a postal address, a nickname. */
  async saveProfile(connection: Connection, accountId: string, profile: Profile): Promise<void> {
    const cell = this.#encryption.encryptJson(profile, profilePlace(accountId));
    await store.saveProfile(connection, accountId, { profile: cell, at: this.#clock.now() });
  }

  /** A document that was seen to be genuine and theirs. */
  async addDocument(connection: Connection, accountId: string, document: IdentityDocument): Promise<void> {
    await this.#insert(connection, accountId, document, this.#clock.now());
    await this.#refresh(connection, accountId);
  }

  /**
   * A proof of the data as they are now, by whom or what. The only way to a higher tier. Documents that prove nobody are
   * looked at by the registry alone.
   * @throws a unique violation of `documents_verified_key` when a document is proven to be another person's (G4).
   */
  async prove(connection: Connection, accountId: string, method: ProofMethod, checkedBy: string): Promise<void> {
    const now = this.#clock.now();
    const kinds = method === 'registry' ? undefined : [...identityKinds];
    await store.markDocumentsVerified(connection, accountId, { at: now, kinds });
    const { snapshot, values } = await this.#refresh(connection, accountId);
    const id = newId(now);
    await store.insertEvidence(connection, {
      id,
      account_id: accountId,
      method,
      snapshot,
      verified: this.#encryption.encryptJson(values, evidencePlace(id)),
      checked_by: checkedBy,
      created_at: now,
    });
  }

  /** Newest first, also what no longer fits. */
  async evidence(accountId: string, connection: Connection = this.#db): Promise<Evidence[]> {
    const rows = await store.listEvidence(connection, accountId);
    return rows.map(({ id, method, verified, checked_by, created_at, fits }) => ({
      method,
      checkedBy: checked_by,
      at: created_at,
      fits,
      values: verified ? this.#encryption.decryptJson<VerifiedValues>(verified, evidencePlace(id)) : undefined,
    }));
  }

  async #refresh(connection: Connection, accountId: string): Promise<{ snapshot: Buffer; values: VerifiedValues }> {
    const { profile, documents } = (await this.hold(connection, accountId))!;
    const values = verifiedValues(
      profile,
      documents.map(({ kind, value, details }) => ({ kind, value, details })),
    );
    const snapshot = this.#hash(accountId, values);
    await store.saveSnapshot(connection, accountId, snapshot);
    return { snapshot, values };
  }

  async #insert(
    connection: Connection,
    accountId: string,
    { kind, value, details }: IdentityDocument,
    verifiedAt: Date | null,
  ): Promise<void> {
    const now = this.#clock.now();
    const id = newId(now);
    await store.insertDocument(connection, {
      id,
      account_id: accountId,
      kind,
      value: this.#encryption.encrypt(value, { table: 'documents', column: 'value', row: id }),
      value_index: this.#index.of(`documents.${kind}`, value),
      details: details ? this.#encryption.encryptJson(details, detailsPlace(id)) : null,
      verified_at: verifiedAt,
      created_at: now,
    });
  }

  #open({ id, kind, value, details, verified_at }: DocumentRow): KnownDocument {
    return {
      kind,
      value: this.#encryption.decrypt(value, { table: 'documents', column: 'value', row: id }),
      details: details ? this.#encryption.decryptJson<DocumentDetails>(details, detailsPlace(id)) : undefined,
      verified: verified_at !== null,
    };
  }

  /** Keyed, or short numbers could be counted through; bound to the account, or two people's evidence would be alike. */
  #hash(accountId: string, values: VerifiedValues): Buffer {
    return this.#index.of('accounts.snapshot', `${accountId}\0${canonical(values)}`);
  }
}

function sameDocument(one: IdentityDocument, other: IdentityDocument): boolean {
  const only = ({ kind, value, details }: IdentityDocument) => ({
    familyName: '',
    givenName: '',
    documents: [{ kind, value, details }],
  });
  return canonical(only(one)) === canonical(only(other));
}

function profilePlace(row: string) {
  return { table: 'accounts', column: 'profile', row };
}

function detailsPlace(row: string) {
  return { table: 'documents', column: 'details', row };
}

function evidencePlace(row: string) {
  return { table: 'evidence', column: 'verified', row };
}
