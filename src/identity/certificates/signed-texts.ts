import type { Clock } from '#src/platform/clock.ts';
import type { Connection } from '#src/platform/storage/database.ts';
import type { Flows } from '#src/platform/storage/flows.ts';

/** What a signature is for, and where: it counts nowhere else (I3). */
export interface TextScope {
  purpose: 'confirm' | 'bind' | 'sign-in';
  browser: string;
  accountId?: string;
  interaction?: string;
}

/** What the person reads before signing, in their language. */
export interface TextWords {
  headline: string;
  clientId?: string;
}

interface TextRecord extends TextScope {
  words: TextWords;
  at: string;
}

const FLOW = 'signed-text';
const SIGNED_TEXT_MINUTES = 5;

/** Texts to sign: readable, of one purpose, one browser and five minutes, and good once. */
export class SignedTexts {
  readonly #flows: Flows;
  readonly #clock: Clock;
  readonly #issuer: string;

  constructor({ flows, clock, issuer }: { flows: Flows; clock: Clock; issuer: string }) {
    this.#flows = flows;
    this.#clock = clock;
    this.#issuer = issuer;
  }

  async issue(scope: TextScope, words: TextWords): Promise<string> {
    const record: TextRecord = { ...scope, words, at: this.#clock.now().toISOString() };
    return this.#flows.create(FLOW, record, SIGNED_TEXT_MINUTES * 60);
  }

  /** Byte for byte. Undefined: over, or made for another purpose, browser, request or account. */
  async find(id: string, scope: TextScope): Promise<string | undefined> {
    const record = (await this.#flows.find<TextRecord>(FLOW, id))?.record;
    const isFor = (key: keyof TextScope) => record?.[key] === scope[key];
    const fits = (['purpose', 'browser', 'accountId', 'interaction'] as const).every(isFor);
    return record && fits ? this.#write(id, record) : undefined;
  }

  /** True for exactly one caller. */
  async use(id: string, connection?: Connection): Promise<boolean> {
    return (await this.#flows.take(FLOW, id, connection)) !== undefined;
  }

  #write(id: string, { purpose, words, at }: TextRecord): string {
    const facts = {
      purpose,
      site: this.#issuer,
      client: words.clientId,
      time: at,
      nonce: id,
    };
    const lines = Object.entries(facts).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
    // A client's name must not write lines of its own.
    return [words.headline.replaceAll(/\p{C}+/gu, ' ').slice(0, 300), ...lines, ''].join('\n');
  }
}
