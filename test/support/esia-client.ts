import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  randomUUID,
  sign,
  X509Certificate,
} from 'node:crypto';
import { encode, readElement, tags, children } from '#src/platform/signatures/ber.ts';
import { encodeOid } from '#src/platform/signatures/ber-values.ts';
import { gostCurve } from '#src/platform/signatures/gost-curves.ts';
import { gostSpkiOf, type GostPrivateKey } from '#src/platform/signatures/gost-key.ts';
import { signGost } from '#src/platform/signatures/gost-signature.ts';
import { streebog256, streebog512 } from '#src/platform/signatures/streebog.ts';
import { selfSignedCertificate } from '#src/protocols/esia/self-signed-certificate.ts';
import { formatTimestamp } from '#src/protocols/esia/timestamp.ts';
import type { House } from '#test/support/house.ts';

export const RETURN_URL = 'https://client.example/esia/back';

export interface Signer {
  /** PEM. */
  certificate: string;
  der: Buffer;
  algorithms: { digest: Buffer; signature: Buffer };
  digest(bytes: Uint8Array, name?: string): Buffer;
  sign(bytes: Uint8Array): Buffer;
  /** PEM of the private key; absent for GOST. */
  privateKey?: string;
}

export function rsaSigner(name = 'RSA client', digestName: 'sha256' | 'sha1' = 'sha256'): Signer {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return rsaSignerOf(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, name, digestName);
}

export function rsaSignerOf(pem: string, name: string, digestName: 'sha256' | 'sha1' = 'sha256'): Signer {
  const privateKey = createPrivateKey(pem);
  const publicKey = createPublicKey(privateKey);
  const signature = { oid: '1.2.840.113549.1.1.11', hasNull: true };
  const certify = (bytes: Buffer) => sign('sha256', bytes, privateKey);
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const digestOid = digestName === 'sha256' ? '2.16.840.1.101.3.4.2.1' : '1.3.14.3.2.26';
  return {
    ...certificateOf(selfSignedCertificate({ name, spki, algorithm: signature, sign: certify })),
    algorithms: { digest: algorithm(digestOid, true), signature: algorithm('1.2.840.113549.1.1.1', true) },
    digest: (bytes) => createHash(digestName).update(bytes).digest(),
    sign: (bytes) => sign(digestName, bytes, privateKey),
    privateKey: pem,
  };
}

const CRYPTO_PRO_A = '1.2.643.2.2.35.1';

export function gostSigner(name = 'GOST client', curveOid = CRYPTO_PRO_A): Signer {
  return gostSignerOf(BigInt(`0x${randomBytes(31).toString('hex')}`), name, curveOid);
}

export function gostSignerOf(scalar: bigint, name: string, curveOid = CRYPTO_PRO_A): Signer {
  const curve = gostCurve(curveOid)!;
  const isLong = curve.size === 64;
  const key: GostPrivateKey = { algorithm: isLong ? 'gost2012_512' : 'gost2012_256', curve, curveOid, scalar };
  const digest = isLong ? streebog512 : streebog256;
  const certify = (bytes: Uint8Array) => signGost(key, digest(bytes));
  const spki = gostSpkiOf(key);
  const signature = { oid: `1.2.643.7.1.1.3.${isLong ? 3 : 2}`, hasNull: false };
  return {
    ...certificateOf(selfSignedCertificate({ name, spki, algorithm: signature, sign: certify })),
    algorithms: {
      digest: algorithm(`1.2.643.7.1.1.2.${isLong ? 3 : 2}`, false),
      signature: algorithm(`1.2.643.7.1.1.1.${isLong ? 2 : 1}`, false),
    },
    digest,
    sign: certify,
  };
}

export interface CmsForm {
  isAttached?: boolean;
  hasAttributes?: boolean;
}

/** CMS SignedData, as openssl, forge and BouncyCastle make it (RFC 5652). */
export function cms(
  signer: Signer,
  message: string,
  { isAttached = false, hasAttributes = true }: CmsForm = {},
): Buffer {
  const content = Buffer.from(message);
  const inner = [encodeOid(DATA), ...(isAttached ? [encode(tags.context(0), encode(tags.octetString, content))] : [])];
  const attributes = [
    attribute('1.2.840.113549.1.9.3', encodeOid(DATA)),
    attribute('1.2.840.113549.1.9.4', encode(tags.octetString, signer.digest(content))),
  ];
  const set = encode(tags.set, ...attributes.sort(Buffer.compare));
  const tagged = Buffer.from(set);
  tagged[0] = 0xa0;
  const [body] = children(readElement(signer.der));
  const fields = children(body!);
  const info = encode(
    tags.sequence,
    encode(tags.integer, Buffer.of(1)),
    encode(tags.sequence, fields[3]!.raw, fields[1]!.raw),
    signer.algorithms.digest,
    ...(hasAttributes ? [tagged] : []),
    signer.algorithms.signature,
    encode(tags.octetString, signer.sign(hasAttributes ? set : content)),
  );
  const signedData = encode(
    tags.sequence,
    encode(tags.integer, Buffer.of(1)),
    encode(tags.set, signer.algorithms.digest),
    encode(tags.sequence, ...inner),
    encode(tags.context(0), signer.der),
    encode(tags.set, info),
  );
  return encode(tags.sequence, encodeOid(SIGNED_DATA), encode(tags.context(0), signedData));
}

/** Of what a request signs. */
export const messages = {
  v1: inOrder('scope', 'timestamp', 'client_id', 'state'),
  v2: inOrder('client_id', 'scope', 'scope_org', 'timestamp', 'state', 'redirect_uri'),
  v3code: inOrder('client_id', 'scope', 'scope_org', 'timestamp', 'state', 'redirect_uri', 'code'),
  v3system: inOrder('client_id', 'scope', 'timestamp', 'state', 'redirect_uri'),
  v3refresh: inOrder('client_id', 'scope', 'timestamp', 'state', 'refresh_token'),
};

function inOrder(...names: string[]): (fields: Fields) => string {
  return (fields) => names.map((name) => fields[name] ?? '').join('');
}

export type Fields = Record<string, string>;
export type Seal = (fields: Fields) => string;

export const sealings = {
  cms:
    (signer: Signer, order: (p: Fields) => string, form?: CmsForm): Seal =>
    (p) =>
      cms(signer, order(p), form).toString('base64url'),
  raw:
    (signer: Signer, order: (p: Fields) => string): Seal =>
    (p) =>
      signer.sign(Buffer.from(order(p))).toString('base64url'),
};

/** A client system of this dialect, registered with its certificate and domain and nothing else. */
export async function registerEsia(
  house: House,
  mnemonic: string,
  { certificates, ...more }: { certificates: string[] } & Record<string, unknown>,
  metadata: Record<string, unknown> = {},
): Promise<void> {
  await house.services.clients.save(mnemonic, {
    client_name: 'Old portal',
    esia: {
      certificates,
      redirect_hosts: ['client.example', 'localhost'],
      profile: 'lenient',
      signing: 'any',
      ...more,
    },
    ...metadata,
  } as never);
}

export function authorizationFields(house: House, mnemonic: string, more: Fields = {}): Fields {
  return {
    client_id: mnemonic,
    redirect_uri: RETURN_URL,
    scope: 'openid fullname email mobile id_doc snils',
    response_type: 'code',
    state: randomUUID(),
    timestamp: formatTimestamp(house.clock.now()),
    access_type: 'online',
    ...more,
  };
}

export function sealed(fields: Fields, seal: Seal): Fields {
  return { ...fields, client_secret: seal(fields) };
}

function certificateOf(pem: string) {
  return { certificate: pem, der: Buffer.from(new X509Certificate(pem).raw) };
}

const DATA = '1.2.840.113549.1.7.1';
const SIGNED_DATA = '1.2.840.113549.1.7.2';

function algorithm(oid: string, hasNull: boolean): Buffer {
  return encode(tags.sequence, encodeOid(oid), hasNull ? encode(tags.null) : Buffer.alloc(0));
}

function attribute(oid: string, value: Buffer): Buffer {
  return encode(tags.sequence, encodeOid(oid), encode(tags.set, value));
}
