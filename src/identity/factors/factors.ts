import type { Clock } from '#src/platform/clock.ts';
import type { FieldEncryption } from '#src/platform/security/encryption.ts';
import { newId } from '#src/platform/security/random.ts';
import type { Connection, Database } from '#src/platform/storage/database.ts';
import type { Statements } from '#src/platform/storage/statements.ts';
import type { FactorRow } from '#src/platform/storage/tables.ts';
import type { BackupCodeFactor } from '#src/identity/factors/backup-code-factor.ts';
import type {
  Attempt,
  Begun,
  EnrolledKind,
  Enrolled,
  Factor,
  FactorKind,
  FactorMethod,
  FactorProof,
  FactorTimes,
  FactorVerdict,
} from '#src/identity/factors/factor.ts';
import * as factorStore from '#src/identity/factors/factor-store.ts';
import * as passkeyStore from '#src/identity/factors/passkey-store.ts';
import { secretPlace } from '#src/identity/factors/totp-factor.ts';

interface FactorsDeps {
  db: Database;
  statements: Statements;
  clock: Clock;
  encryption: FieldEncryption;
  methods: FactorMethod[];
  backupCodes: BackupCodeFactor;
}

/** The second factors of an account: which there are, in which order they are asked, and whether an answer is right. */
export class Factors {
  readonly backupCodes: BackupCodeFactor;
  readonly #deps: FactorsDeps;
  readonly #methods: Map<FactorKind, FactorMethod>;

  constructor(deps: FactorsDeps) {
    this.#deps = deps;
    this.backupCodes = deps.backupCodes;
    this.#methods = new Map([...deps.methods, deps.backupCodes].map((method) => [method.kind, method]));
  }

  /** Switched on, in the order in which the person wants to be asked. */
  async list(accountId: string, connection: Connection = this.#deps.db): Promise<Factor[]> {
    return (await factorStore.list(connection, accountId)).map((row) => this.#fromRow(row));
  }

  async isOn(accountId: string): Promise<boolean> {
    return (await factorStore.list(this.#deps.db, accountId)).length > 0;
  }

  /** What the person may choose from; the first is asked for. Empty: nothing is switched on, besides `except`. */
  async choices(accountId: string, except?: FactorKind): Promise<FactorKind[]> {
    const kinds = [...new Set<FactorKind>(await factorStore.kinds(this.#deps.statements, accountId))];
    const usable = kinds.filter((kind) => kind !== except && this.#methods.has(kind));
    return usable.length > 0 && (await this.backupCodes.left(accountId)) > 0 ? [...usable, 'backup_code'] : usable;
  }

  async begin(kind: FactorKind, attempt: Attempt): Promise<Begun> {
    return this.#method(kind).begin(attempt);
  }

  /** The caller has made sure that this kind is among the choices. */
  async verify(kind: FactorKind, attempt: Attempt, answer: string): Promise<FactorProof> {
    const method = this.#method(kind);
    const proof = await method.verify(attempt, answer);
    return typeof proof === 'string' ? { verdict: proof, amr: method.amr } : proof;
  }

  async times(kind: FactorKind, attempt: Attempt): Promise<FactorTimes | undefined> {
    return this.#method(kind).times?.(attempt);
  }

  async prepare(kind: EnrolledKind, attempt: Attempt): Promise<Begun> {
    return this.#method(kind).prepare!(attempt);
  }

  async confirm(
    kind: EnrolledKind,
    attempt: Attempt,
    answer: string,
    shown = '',
  ): Promise<{ verdict: FactorVerdict; enrolled?: Enrolled }> {
    return this.#method(kind).confirm!(attempt, answer, shown);
  }

  /** Part of the caller's transaction. The first factor of all is asked first. */
  async add(
    connection: Connection,
    accountId: string,
    factor: { kind: EnrolledKind; name?: string } & Enrolled,
  ): Promise<string> {
    const { clock, encryption } = this.#deps;
    const now = clock.now();
    const id = newId(now);
    const { kind, name, secret, lastStep, passkey } = factor;
    await factorStore.insert(connection, {
      id,
      account_id: accountId,
      kind,
      name: name ? encryption.encrypt(name, namePlace(id)) : null,
      secret: secret === undefined ? null : encryption.encrypt(secret, secretPlace(id)),
      last_step: lastStep ?? null,
      position: (await factorStore.list(connection, accountId)).length,
      created_at: now,
      last_used_at: null,
      removed_at: null,
    });
    if (passkey) await passkeyStore.insert(connection, id, passkey);
    return id;
  }

  /** Whether it is the only one; two that look at the same moment do not both see the other's. Part of a transaction. */
  async isLast(connection: Connection, accountId: string, id: string): Promise<boolean> {
    const ids = await factorStore.lockAll(connection, accountId);
    return ids.length === 1 && ids[0] === id;
  }

  /** Undefined: there is no such factor. It can be brought back for some days. */
  async remove(connection: Connection, accountId: string, id: string): Promise<Factor | undefined> {
    const row = await factorStore.markRemoved(connection, accountId, id, this.#deps.clock.now());
    return row && this.#fromRow(row);
  }

  async restore(connection: Connection, accountId: string, id: string): Promise<void> {
    await factorStore.restore(connection, accountId, id);
  }

  /** Undefined: by no name but that of its kind. */
  async rename(connection: Connection, accountId: string, id: string, name: string | undefined): Promise<void> {
    const sealed = name === undefined ? null : this.#deps.encryption.encrypt(name, namePlace(id));
    await factorStore.setName(connection, accountId, id, sealed);
  }

  /** They are asked for in the order of these ids. */
  async order(connection: Connection, accountId: string, ids: readonly string[]): Promise<void> {
    for (const [position, id] of ids.entries()) await factorStore.setPosition(connection, accountId, id, position);
  }

  #method(kind: FactorKind): FactorMethod {
    const method = this.#methods.get(kind);
    if (!method) throw new Error(`no method for factor ${kind}`);
    return method;
  }

  #fromRow({ id, kind, name, created_at, last_used_at }: FactorRow): Factor {
    const spoken = name ? this.#deps.encryption.decrypt(name, namePlace(id)) : undefined;
    return { id, kind, name: spoken, createdAt: created_at, lastUsedAt: last_used_at };
  }
}

function namePlace(id: string) {
  return { table: 'factors', column: 'name', row: id };
}
