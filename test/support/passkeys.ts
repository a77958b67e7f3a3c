import assert from 'node:assert/strict';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { formIn, has, textOf, type Browser, type View } from '#test/support/browser.ts';

/** How an answer differs from an honest one. */
export interface Twist {
  origin?: string;
  rpId?: string;
  crossOrigin?: boolean;
  challenge?: string;
  verified?: boolean;
  counter?: number;
  id?: string;
  userHandle?: string;
  signature?: Buffer;
  algorithm?: number;
}

interface Options {
  challenge: string;
  rpId?: string;
  rp?: { id: string };
  user?: { id: string };
  allowCredentials?: { id: string }[];
}

/** A device with one passkey (ES256), as honest or not as a test wants it. */
export class Authenticator {
  readonly id: string;
  readonly #origin: string;
  readonly #key: KeyObject;
  readonly #publicKey: KeyObject;
  #userHandle: string | undefined;
  counter = 0;

  /** With a new key, or one that somebody printed. */
  constructor(origin: string, printed?: { credentialId: string; privateKey: string; signCount: number }) {
    this.#origin = origin;
    this.id = (printed ? Buffer.from(printed.credentialId, 'base64') : randomBytes(32)).toString('base64url');
    this.#key = printed
      ? createPrivateKey({ key: Buffer.from(printed.privateKey, 'base64'), format: 'der', type: 'pkcs8' })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    this.#publicKey = createPublicKey(this.#key);
    this.counter = printed?.signCount ?? 0;
  }

  make(options: Options, twist: Twist = {}): string {
    this.#userHandle = options.user!.id;
    const { x, y } = this.#publicKey.export({ format: 'jwk' });
    const id = Buffer.from(twist.id ?? this.id, 'base64url');
    const key = cbor(
      new Map<number, number | Buffer>([
        [1, 2],
        [3, twist.algorithm ?? -7],
        [-1, 1],
        [-2, Buffer.from(x!, 'base64url')],
        [-3, Buffer.from(y!, 'base64url')],
      ]),
    );
    const credential = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, key]);
    const authData = Buffer.concat([this.#authenticatorData(options.rp!.id, 0x40, twist), credential]);
    const attestationObject = cbor(
      new Map<string, string | Buffer | Map<string, string>>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', authData],
      ]),
    );
    return this.#answer(id.toString('base64url'), {
      clientDataJSON: this.#clientData('webauthn.create', options, twist).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    });
  }

  prove(options: Options, twist: Twist = {}): string {
    this.counter++;
    const authenticatorData = this.#authenticatorData(options.rpId!, 0, twist);
    const clientData = this.#clientData('webauthn.get', options, twist);
    const signed = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]);
    return this.#answer(twist.id ?? this.id, {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authenticatorData.toString('base64url'),
      signature: (twist.signature ?? sign('sha256', signed, this.#key)).toString('base64url'),
      userHandle: twist.userHandle ?? this.#userHandle,
    });
  }

  #authenticatorData(rpId: string, flags: number, { rpId: other, verified = true, counter }: Twist): Buffer {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter ?? this.counter);
    const hash = createHash('sha256')
      .update(other ?? rpId)
      .digest();
    return Buffer.concat([hash, Buffer.from([flags | 0x01 | (verified ? 0x04 : 0)]), count]);
  }

  #clientData(
    type: string,
    options: Options,
    { origin = this.#origin, challenge, crossOrigin = false }: Twist,
  ): Buffer {
    return Buffer.from(JSON.stringify({ type, challenge: challenge ?? options.challenge, origin, crossOrigin }));
  }

  #answer(id: string, response: Record<string, unknown>): string {
    return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response });
  }
}

/** What the page asks the browser for. */
export function optionsOn(view: View): Options {
  const [, json] = /data-options="([^"]*)"/.exec(view.html) ?? [];
  assert.ok(json, `no passkey is asked for at ${view.url}: ${textOf(view).slice(0, 300)}`);
  return JSON.parse(json.replaceAll('&#34;', '"').replaceAll('&quot;', '"').replaceAll('&amp;', '&')) as Options;
}

export async function usePasskey(
  browser: Browser,
  view: View,
  authenticator: Authenticator,
  twist?: Twist,
): Promise<View> {
  return browser.submit(view, { passkey: authenticator.prove(optionsOn(view), twist) }, { form: 'passkey-submit' });
}

/** In a browser that is signed in. */
export async function enrolPasskey(browser: Browser, authenticator: Authenticator, twist?: Twist): Promise<View> {
  const page = await browser.open('/account/security/passkey');
  assert.ok(has(page, 'passkey-submit'), `${page.url} ${textOf(page).slice(0, 200)}`);
  return browser.submit(page, { passkey: authenticator.make(optionsOn(page), twist) }, { form: 'passkey-submit' });
}

export function passkeyPost(view: View, answer: string): { url: string; body: URLSearchParams } {
  const { action, fields } = formIn(view, 'passkey-submit');
  return { url: new URL(action, view.url).href, body: new URLSearchParams({ ...fields, passkey: answer }) };
}

type Cbor = number | string | Buffer | Map<number | string, Cbor> | Map<number, number | Buffer> | Map<string, string>;

/** As much of RFC 8949 as an authenticator writes. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const entries = [...(value as Map<number | string, Cbor>)];
  return Buffer.concat([head(5, entries.length), ...entries.flatMap(([key, item]) => [cbor(key), cbor(item)])]);
}

function head(type: number, n: number): Buffer {
  if (n < 24) return Buffer.from([(type << 5) | n]);
  return n < 256 ? Buffer.from([(type << 5) | 24, n]) : Buffer.from([(type << 5) | 25, n >> 8, n & 255]);
}
