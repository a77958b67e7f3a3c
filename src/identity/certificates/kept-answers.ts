const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ANSWERS = 2000;

/**
 * Answers of authorities in memory. Whether one still holds says the answer itself; here only size and number are bounded,
 * the oldest going first. A question under way is not asked twice.
 */
export class KeptAnswers {
  readonly #answers = new Map<string, Buffer>();
  readonly #underWay = new Map<string, Promise<Buffer | undefined>>();
  #bytes = 0;

  get(key: string): Buffer | undefined {
    return this.#answers.get(key);
  }

  set(key: string, answer: Buffer): void {
    this.#forget(key);
    this.#answers.set(key, answer);
    this.#bytes += answer.length;
    for (const oldest of this.#answers.keys()) {
      if (this.#bytes <= MOST_BYTES && this.#answers.size <= MOST_ANSWERS) break;
      this.#forget(oldest);
    }
  }

  async once(key: string, ask: () => Promise<Buffer | undefined>): Promise<Buffer | undefined> {
    const asked = this.#underWay.get(key) ?? ask().finally(() => this.#underWay.delete(key));
    this.#underWay.set(key, asked);
    return asked;
  }

  #forget(key: string): void {
    this.#bytes -= this.#answers.get(key)?.length ?? 0;
    this.#answers.delete(key);
  }
}
