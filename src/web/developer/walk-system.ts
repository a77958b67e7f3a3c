import { hkdfSync, randomUUID } from 'node:crypto';
import type { Clock } from '#src/platform/clock.ts';
import { gostCurve } from '#src/platform/signatures/gost-curves.ts';
import { fromBigEndian, gostSpkiOf, type GostPrivateKey } from '#src/platform/signatures/gost-key.ts';
import { signGost } from '#src/platform/signatures/gost-signature.ts';
import { streebog256 } from '#src/platform/signatures/streebog.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import { messagesFor, type RequestKind } from '#src/protocols/esia/message-orders.ts';
import { registeredCertificates } from '#src/protocols/esia/registered-certificate.ts';
import { selfSignedCertificate } from '#src/protocols/esia/self-signed-certificate.ts';
import { formatTimestamp } from '#src/protocols/esia/timestamp.ts';

interface WalkSystemDeps {
  issuer: string;
  masterKey: Buffer;
  clients: Clients;
  clock: Clock;
}

/** A request as the walk-through shows it: what is sent, and which string of it was signed. */
export interface ShownRequest {
  parameters: Record<string, string>;
  /** Names and values in the order in which they are joined. */
  signedFields: { name: string; value: string }[];
  signedText: string;
}

const WALK_ID = 'WALKTHROUGH';
const BACK_PATH = '/developer/walk/back';
const CURVE = '1.2.643.2.2.35.1';

/** A client system of the sandbox with a GOST key of its own, which follows from the master key: no file, no state. */
export class WalkSystem {
  readonly #deps: WalkSystemDeps;
  readonly #key: GostPrivateKey;
  readonly #certificate: string;

  constructor(deps: WalkSystemDeps) {
    this.#deps = deps;
    this.#key = keyFrom(deps.masterKey);
    this.#certificate = selfSignedCertificate({
      name: WALK_ID,
      spki: gostSpkiOf(this.#key),
      algorithm: { oid: '1.2.643.7.1.1.3.2', hasNull: false },
      // Nobody checks it, and it must be the same on every instance.
      sign: () => Buffer.alloc(64, 1),
    });
  }

  /** Puts the system into the register, where it is not there as it should be. */
  async register(name: string): Promise<void> {
    const { clients, issuer } = this.#deps;
    const known = await clients.find(WALK_ID);
    if (known?.metadata.client_name === name && known.metadata.esia?.certificates[0] === this.#certificate) return;
    const { host } = new URL(issuer);
    const esia = {
      certificates: [this.#certificate],
      redirect_hosts: [host],
      profile: 'strict',
      signing: 'gost',
      marker_signing: 'RS256',
    } as const;
    await clients.save(WALK_ID, {
      client_name: name,
      client_uri: issuer,
      esia: { ...esia, certificates: [...esia.certificates], redirect_hosts: [host] },
    });
  }

  authorization(): ShownRequest {
    return this.#sign('authorization', { ...this.#common(), response_type: 'code', access_type: 'offline' });
  }

  exchange(code: string): ShownRequest {
    const { client_certificate_hash, ...common } = this.#common();
    return this.#sign('authorization_code', {
      ...common,
      client_certificate_hash: client_certificate_hash!,
      grant_type: 'authorization_code',
      token_type: 'Bearer',
      code,
    });
  }

  #common(): Record<string, string> {
    const { issuer, clock } = this.#deps;
    return {
      client_id: WALK_ID,
      client_certificate_hash: registeredCertificates([this.#certificate])[0]!.streebog256,
      redirect_uri: `${issuer}${BACK_PATH}`,
      scope: 'openid fullname mobile email id_doc',
      state: randomUUID(),
      timestamp: formatTimestamp(clock.now()),
    };
  }

  #sign(kind: RequestKind, parameters: Record<string, string>): ShownRequest {
    const [message] = messagesFor(kind, 'v3', new Map(Object.entries(parameters)));
    const signature = signGost(this.#key, streebog256(Buffer.from(message!.text))).toString('base64url');
    const signedFields = message!.order.split('+').map((name) => ({ name, value: parameters[name] ?? '' }));
    return { parameters: { ...parameters, client_secret: signature }, signedFields, signedText: message!.text };
  }
}

function keyFrom(masterKey: Buffer): GostPrivateKey {
  const curve = gostCurve(CURVE)!;
  const wide = Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), 'openesia:walkthrough-client-key', 40));
  const scalar = (fromBigEndian(wide) % (curve.parameters.n - 1n)) + 1n;
  return { algorithm: 'gost2012_256', curve, curveOid: CURVE, scalar };
}
