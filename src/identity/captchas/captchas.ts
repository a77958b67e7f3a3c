import type { Language } from '#src/platform/i18n/translator.ts';
import { hashToken } from '#src/platform/security/random.ts';
import type { Flow, Flows } from '#src/platform/storage/flows.ts';
import { fold, isAnswer, newChallenge, type Challenge } from '#src/identity/captchas/challenge.ts';
import { drawPicture } from '#src/identity/captchas/picture.ts';
import { speakDigits } from '#src/identity/captchas/sound.ts';

const KIND = 'captcha';
const SECONDS = 300;

interface CaptchaRecord extends Challenge {
  browser: string;
  /** Base64. Drawn when first asked for, and once: many drawings of the same characters could be laid over each other. */
  picture?: string;
}

export type CaptchaVerdict = 'right' | 'wrong' | 'expired';

/**
 * Characters to read or digits to hear, that programs find hard (F8). A captcha belongs to one browser, lives five minutes
 * and is answered once: the first answer, right or wrong, takes it away before it is looked at.
 */
export class Captchas {
  readonly #flows: Flows;
  readonly #passWord: string | undefined;

  /** `passWord` is always right too: for the sandbox's scripts, never in production. */
  constructor({ flows, passWord }: { flows: Flows; passWord: string | undefined }) {
    this.#flows = flows;
    this.#passWord = passWord;
  }

  async issue(browser: string): Promise<string> {
    const record: CaptchaRecord = { ...newChallenge(), browser: fingerprint(browser) };
    return this.#flows.create(KIND, record, SECONDS);
  }

  /** Whether it still waits for its answer. */
  async isOpen(id: string, browser: string): Promise<boolean> {
    return (await this.#find(id, browser)) !== undefined;
  }

  async picture(id: string, browser: string): Promise<Buffer | undefined> {
    const flow = await this.#find(id, browser);
    if (!flow) return undefined;
    if (flow.record.picture) return Buffer.from(flow.record.picture, 'base64');
    const picture = await drawPicture(flow.record.characters);
    const isFirst = await this.#flows.replace(flow, { ...flow.record, picture: picture.toString('base64') });
    return isFirst ? picture : this.picture(id, browser);
  }

  async sound(id: string, browser: string, language: Language): Promise<Buffer | undefined> {
    const flow = await this.#find(id, browser);
    const seed = hashToken(id).readInt32LE();
    return flow && speakDigits(flow.record.digits, language, seed);
  }

  async answer(id: string, browser: string, typed: string): Promise<CaptchaVerdict> {
    const challenge = await this.#flows.take<CaptchaRecord>(KIND, id);
    if (challenge?.browser !== fingerprint(browser)) return 'expired';
    const isPassWord = this.#passWord !== undefined && fold(typed) === fold(this.#passWord);
    return isPassWord || isAnswer(challenge, typed) ? 'right' : 'wrong';
  }

  async #find(id: string, browser: string): Promise<Flow<CaptchaRecord> | undefined> {
    const flow = await this.#flows.find<CaptchaRecord>(KIND, id);
    return flow?.record.browser === fingerprint(browser) ? flow : undefined;
  }
}

function fingerprint(browser: string): string {
  return hashToken(browser).toString('base64url');
}
