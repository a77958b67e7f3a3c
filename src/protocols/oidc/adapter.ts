import { hash } from 'node:crypto';
import { errors, type Adapter, type AdapterPayload, type Interaction, type Provider } from 'oidc-provider';
import { waitLater, written } from '#src/platform/request-scope.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import type { ArtifactKind, ArtifactRecord, Artifacts } from '#src/identity/sessions/artifacts.ts';
import type { Grants } from '#src/identity/sessions/grants.ts';
import { requestKey } from '#src/identity/sessions/read-ahead.ts';
import type { SessionRecord } from '#src/identity/sessions/session.ts';
import type { Sessions } from '#src/identity/sessions/sessions.ts';
import { completeEsiaClient } from '#src/protocols/oidc/esia-client.ts';

export interface AdapterDeps {
  sessions: Sessions;
  grants: Grants;
  artifacts: Artifacts;
  clients: Clients;
  issuer: string;
  /** A pushed request may be answered this long after it expired; until then it must stay visible that it was used. */
  interactionMinutes: number;
}

/**
 * oidc-provider's storage contract, translated to our rooms. The library checks and then writes in two steps; what must
 * happen once is decided here by the database, and the loser is refused.
 */
export function createAdapter(deps: AdapterDeps): (model: string) => Adapter {
  return (model) => {
    if (model === 'Session') return sessionAdapter(deps);
    if (model === 'Grant') return grantAdapter(deps);
    if (model === 'Client') return clientAdapter(deps);
    return artifactAdapter(deps, kindOf(model, deps));
  };
}

/**
 * Signing out ends the whole session, not one cookie; two tabs of one client agree on its `sid` without asking each
 * other; and a refused save is not tried again outside the error handler, so the client hears why.
 */
export function hardenSession(provider: Provider, sessions: { end(uid: string): Promise<unknown> }): void {
  const { Session } = provider;
  const { save, loginAccount, resetIdentifier } = Session.prototype as OpenSession;
  const members = (Session as unknown as { IN_PAYLOAD: string[] }).IN_PAYLOAD;
  Object.defineProperty(Session, 'IN_PAYLOAD', { value: [...members, 'device', 'generation'] });
  // Known to the request that signs in, and written with the session that it saves.
  provider.on('interaction.ended', ({ oidc }) => {
    const login = oidc.result?.login as { device?: string; generation?: number } | undefined;
    if (!login) return;
    const { isRenewed } = oidc.session as unknown as OpenSession;
    Object.assign(oidc.session!, { device: login.device, ...(isRenewed && { generation: login.generation ?? 0 }) });
  });
  Object.assign(Session.prototype, {
    async save(this: OpenSession, ttl: number): Promise<string> {
      return save.call(this, ttl).catch((error: unknown) => {
        this.touched = false;
        throw error;
      });
    },
    async destroy(this: OpenSession): Promise<void> {
      await sessions.end(this.uid);
      this.destroyed = true;
      this.emit('destroyed');
    },
    loginAccount(this: OpenSession, details: unknown): void {
      const before = proofOf(this);
      loginAccount.call(this, details);
      this.isRenewed = proofOf(this) !== before;
    },
    // A new identifier for a new proof of the person (B2), and for nothing else: other tabs still come with this one.
    resetIdentifier(this: OpenSession): void {
      if (this.isRenewed) resetIdentifier.call(this);
    },
    ensureClientContainer(this: OpenSession, clientId: string): void {
      if (this.sidFor(clientId)) return;
      this.sidFor(clientId, hash('sha256', `${this.uid}:${clientId}`, 'base64url').slice(0, 22));
    },
  });
}

/**
 * A new identifier for the session that this browser holds, outside of a request of the protocol; the old one opens
 * nothing any more. Undefined: it was ended meanwhile.
 */
export async function renewIdentifier(session: InstanceType<Provider['Session']>): Promise<string | undefined> {
  const open = session as OpenSession;
  open.isRenewed = true;
  open.resetIdentifier();
  const saved = await session.persist().catch((error: unknown) => {
    if (error instanceof errors.LoginRequired) return undefined;
    throw error;
  });
  return saved === undefined ? undefined : open.id;
}

/** A replay that lost the race in the database gets the same answer as one that came later. */
export function hardenReplayDetection({ ReplayDetection }: Provider): void {
  const unique = ReplayDetection.unique.bind(ReplayDetection);
  ReplayDetection.unique = (iss, jti, exp) =>
    unique(iss, jti, exp).catch((error: unknown) => {
      if (error instanceof Replayed) return false;
      throw error;
    });
}

/** What the library's session also has, beyond its published types. */
type OpenSession = InstanceType<Provider['Session']> & {
  touched: boolean;
  destroyed: boolean;
  emit(event: string): void;
  id: string;
  loginAccount(details: unknown): void;
  resetIdentifier(): void;
  /** In this request the person proved who they are, or proved more. */
  isRenewed?: boolean;
};

function proofOf({ accountId, loginTs, amr, acr }: OpenSession): string {
  return JSON.stringify([accountId, loginTs, amr, acr]);
}

class Replayed extends errors.InvalidRequest {}

function sessionAdapter({ sessions }: AdapterDeps): Adapter {
  return {
    ...unused,
    async find(id) {
      const session = await sessions.find(id);
      return session && { ...session, jti: id };
    },
    // The cookie's identifier is not known here and not needed: such a session is only read.
    findByUid: async (uid) => (await sessions.findByUid(uid)) as AdapterPayload | undefined,
    async upsert(id, { jti: _, ...session }, expiresIn = 0) {
      const [saved] = await Promise.all([sessions.save(id, session as SessionRecord, expiresIn), written()]);
      if (!saved) throw new errors.LoginRequired('the session has ended');
    },
    // The library calls this for the old identifier when it changes it; sign-out goes through hardenSession.
    destroy: (id) => sessions.retireId(id),
  };
}

function grantAdapter({ grants }: AdapterDeps): Adapter {
  return {
    ...unused,
    async find(id) {
      const grant = await grants.find(id);
      return grant && { ...grant, jti: id };
    },
    async upsert(id, { jti: _, ...grant }, expiresIn = 0) {
      const saving = grants.save(id, grant, expiresIn).then((saved) => {
        if (!saved) throw new errors.InvalidGrant('the grant has ended');
      });
      if (!requestKey()) return saving;
      waitLater(saving);
    },
    destroy: (id) => grants.end(id),
  };
}

/** RFC 6749 appendix A.1, bounded. */
const clientIdSyntax = /^[\x20-\x7e]{1,200}$/;

function clientAdapter({ clients, issuer }: AdapterDeps): Adapter {
  return {
    ...unused,
    async find(id) {
      if (!clientIdSyntax.test(id)) return undefined;
      const client = await clients.find(id);
      if (!client) return undefined;
      const secret = client.secret === undefined ? {} : { client_secret: client.secret };
      return completeEsiaClient({ ...client.metadata, client_id: id, ...secret }, issuer);
    },
    upsert: (id, metadata) => clients.save(id, { ...metadata }),
    async destroy(id) {
      await clients.remove(id);
    },
  };
}

function artifactAdapter({ artifacts, grants }: AdapterDeps, kind: ArtifactKind): Adapter {
  async function refuseReuse(id: string): Promise<never> {
    if (kind.name === 'PushedAuthorizationRequest') throw new errors.InvalidRequestUri('request_uri was already used');
    // RFC 9700 section 4.14.2: who came second may be the owner, so what the first one got must die too.
    const grantId = await artifacts.grantIdOf(kind, id);
    if (grantId !== undefined) await grants.endAtOnce(grantId);
    throw new errors.InvalidGrant('already used');
  }

  return {
    ...unused,
    async find(id) {
      const artifact = await artifacts.find(kind, id);
      return artifact && { ...artifact, jti: id };
    },
    async upsert(id, { jti: _, ...artifact }, expiresIn) {
      if (kind.name !== 'ReplayDetection') return artifacts.save(kind, id, artifact, expiresIn);
      const fresh = await artifacts.saveOnce(kind, id, artifact, expiresIn);
      if (!fresh) throw new Replayed('it was already used');
    },
    async consume(id) {
      const using = artifacts.consume(kind, id).then((isFirst) => isFirst || refuseReuse(id));
      // What it is exchanged for goes into the same statement, and the answer waits for that.
      if (requestKey() && kind.endsWithGrant) waitLater(using);
      else await using;
    },
    async destroy(id) {
      const removing = artifacts.remove(kind, id);
      if (requestKey() && kind.mayBeLost) waitLater(removing);
      else await removing;
    },
    revokeByGrantId: (grantId) => grants.end(grantId),
  };
}

function kindOf(model: string, { interactionMinutes }: AdapterDeps): ArtifactKind {
  switch (model) {
    case 'Interaction':
      return { name: model, encrypted: true, mayBeLost: true, isUntouched: isUntouchedInteraction };
    case 'PushedAuthorizationRequest':
      return { name: model, encrypted: true, mayBeLost: true, keptSeconds: interactionMinutes * 60 };
    case 'AuthorizationCode':
    case 'AccessToken':
      return { name: model, mayBeLost: true, endsWithGrant: true };
    case 'ClientCredentials':
      return { name: model, mayBeLost: true };
    case 'RefreshToken':
      return { name: model, endsWithGrant: true };
    default:
      return { name: model };
  }
}

/** A page that nobody has answered, in a browser in which nobody is signed in. */
function isUntouchedInteraction(record: ArtifactRecord): boolean {
  const { result, lastSubmission, session } = record as Partial<Interaction>;
  return !result && !lastSubmission && !session?.accountId;
}

const unsupported = async (): Promise<never> => {
  throw new Error('this model is not used');
};

const unused = {
  findByUserCode: unsupported,
  findByUid: unsupported,
  consume: unsupported,
  revokeByGrantId: unsupported,
};
