import type { Clock } from '#src/platform/clock.ts';
import { waitLater, written } from '#src/platform/request-scope.ts';
import type { FieldEncryption, Place } from '#src/platform/security/encryption.ts';
import { hashToken } from '#src/platform/security/random.ts';
import type { ExpiringMap } from '#src/platform/storage/expiring-map.ts';
import type { Row, Statements } from '#src/platform/storage/statements.ts';
import * as store from '#src/identity/sessions/artifact-store.ts';
import { keep, requestKey } from '#src/identity/sessions/read-ahead.ts';

/** How one kind of artifact is kept. */
export interface ArtifactKind {
  name: string;
  /** The request is held in full, with what the person typed into it. */
  encrypted?: boolean;
  /** Losing the newest in a crash only makes somebody start again. */
  mayBeLost?: boolean;
  /** Gone together with its grant. */
  endsWithGrant?: boolean;
  /** Whether nothing has happened to it yet, so that its loss or its return harms nobody: see `Artifacts`. */
  isUntouched?(record: ArtifactRecord): boolean;
  /** How much longer than its life the row is kept, for those who still must see that it was used. */
  keptSeconds?: number;
}

export interface ArtifactRecord {
  grantId?: string | undefined;
  /** When it was used, in seconds. */
  consumed?: number | undefined;
}

interface ArtifactsDeps {
  statements: Statements;
  encryption: FieldEncryption;
  clock: Clock;
  /** Where there is a Redis: what nobody has touched yet is kept there while it answers, everything else never. */
  untouched?: ExpiringMap | undefined;
}

/**
 * Codes, tokens, pushed requests, interactions and replay marks. Their identifiers are bearer secrets: only SHA-256 of
 * them is kept, and a payload never repeats them.
 */
export class Artifacts {
  readonly #statements: Statements;
  readonly #encryption: FieldEncryption;
  readonly #clock: Clock;
  readonly #untouched: ExpiringMap | undefined;
  /** What a request saves in one turn, until it is sent. */
  readonly #collected = new WeakMap<object, store.ArtifactWrites>();

  constructor({ statements, encryption, clock, untouched }: ArtifactsDeps) {
    this.#statements = statements;
    this.#encryption = encryption;
    this.#clock = clock;
    this.#untouched = untouched;
  }

  async find(kind: ArtifactKind, id: string): Promise<ArtifactRecord | undefined> {
    const idHash = hashOf(kind, id);
    const row = await this.#read(kind, idHash);
    if (!row) return undefined;
    const payload = row.payload as Buffer;
    const text = kind.encrypted ? this.#encryption.decrypt(payload, placeOf(idHash)) : payload.toString('utf8');
    const record = JSON.parse(text) as ArtifactRecord;
    if (row.consumed_at) record.consumed = Math.floor((row.consumed_at as Date).getTime() / 1000);
    return record;
  }

  /** Inside of a request it is only begun: `written` waits for it, and so does whatever must see it. */
  async save(kind: ArtifactKind, id: string, record: ArtifactRecord, expiresInSeconds?: number): Promise<void> {
    const row = this.#row(kind, id, record, expiresInSeconds);
    const mayBeLost = kind.mayBeLost ?? false;
    const request = requestKey();
    // The only kind that a request removes and saves again, or saves twice: in order.
    if (!request || kind.name === 'Interaction') {
      await written();
      const saving = this.#saveAlone(row, mayBeLost, kind.isUntouched?.(record));
      if (request) waitLater(saving);
      else await saving;
      return;
    }
    const collected = this.#collected.get(request);
    if (collected && collected.artifacts.length < store.MOST_AT_ONCE && !collected.artifacts.some(isSame(row))) {
      collected.artifacts.push(row);
      collected.mayBeLost &&= mayBeLost;
      return;
    }
    waitLater(this.#writeLate(request, { artifacts: [row], mayBeLost }));
  }

  /** False when the identifier is taken and not yet expired. What the request saves in the same turn is kept only when it is true. */
  async saveOnce(kind: ArtifactKind, id: string, record: ArtifactRecord, expiresInSeconds?: number): Promise<boolean> {
    await written();
    const once = { artifact: this.#row(kind, id, record, expiresInSeconds), at: this.#clock.now() };
    return this.#writeLate(requestKey(), { artifacts: [], mayBeLost: false, once });
  }

  /**
   * False when it was used before, or does not exist. What the request saves in the same turn is kept only when it is
   * true, so a request need not wait for it before going on.
   */
  async consume(kind: ArtifactKind, id: string): Promise<boolean> {
    const used = { idHash: hashOf(kind, id), at: this.#clock.now() };
    return this.#writeLate(requestKey(), { artifacts: [], mayBeLost: false, used });
  }

  async grantIdOf(kind: ArtifactKind, id: string): Promise<string | undefined> {
    return store.findArtifactGrant(this.#statements, hashOf(kind, id));
  }

  async remove(kind: ArtifactKind, id: string): Promise<void> {
    await written();
    const idHash = hashOf(kind, id);
    await Promise.all([
      store.removeArtifact(this.#statements, idHash, kind.mayBeLost ?? false),
      kind.isUntouched && this.#untouched?.delete(idHash),
    ]);
  }

  /** Once it is touched the database has it; what still stands elsewhere then is at most an older, harmless state. */
  async #saveAlone(row: store.ArtifactWrite, mayBeLost: boolean, isUntouched = false): Promise<void> {
    const { idHash, payload, expiresAt } = row;
    if (this.#untouched && isUntouched && expiresAt !== 'infinity')
      if (await this.#untouched.set(idHash, payload, expiresAt)) return;
    await store.writeArtifacts(this.#statements, () => ({ artifacts: [row], mayBeLost }));
    if (!isUntouched) await this.#untouched?.delete(idHash);
  }

  /** Sent when the turn ends, with what the request adds until then. */
  #writeLate(request: object | undefined, writes: store.ArtifactWrites): Promise<boolean> {
    if (request) this.#collected.set(request, writes);
    return store.writeArtifacts(this.#statements, () => {
      if (request) this.#collected.delete(request);
      return writes;
    });
  }

  async #read(kind: ArtifactKind, idHash: Buffer): Promise<Row | undefined> {
    await written();
    const now = this.#clock.now();
    const untouched = kind.isUntouched && (await this.#untouched?.get(idHash));
    if (untouched) return { payload: untouched, consumed_at: null };
    if (!kind.endsWithGrant) return store.findArtifact(this.#statements, idHash, now);
    const row = await store.findArtifactWithGrant(this.#statements, idHash, now);
    if (row) {
      const { uid, session_payload, authorizations, expires_at } = row;
      keep('account', row.id, row);
      keep('grant', row.grant_id, { payload: row.grant_payload });
      keep('session', uid, { uid, payload: session_payload, authorizations, expires_at });
    }
    return row;
  }

  #row(kind: ArtifactKind, id: string, record: ArtifactRecord, expiresInSeconds?: number): store.ArtifactWrite {
    const idHash = hashOf(kind, id);
    const text = JSON.stringify(record);
    const lifeMs = ((expiresInSeconds ?? 0) + (kind.keptSeconds ?? 0)) * 1000;
    return {
      idHash,
      kind: kind.name,
      grantId: (kind.endsWithGrant && record.grantId) || null,
      payload: kind.encrypted ? this.#encryption.encrypt(text, placeOf(idHash)) : Buffer.from(text),
      expiresAt: expiresInSeconds === undefined ? 'infinity' : new Date(this.#clock.now().getTime() + lifeMs),
    };
  }
}

function isSame({ idHash }: store.ArtifactWrite) {
  return (other: store.ArtifactWrite) => other.idHash.equals(idHash);
}

function hashOf({ name }: ArtifactKind, id: string): Buffer {
  return hashToken(`${name}:${id}`);
}

function placeOf(idHash: Buffer): Place {
  return { table: 'artifacts', column: 'payload', row: idHash.toString('hex') };
}
