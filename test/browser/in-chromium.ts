import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openSandboxHouse } from '#test/browser/steps.ts';
import { complaintsOf, launchChromium } from '#test/support/chromium.ts';
import type { House } from '#test/support/house.ts';

/**
 * A house with people and a Chromium, for the tests of one `describe`. Whatever a test opened is closed after it, and
 * fails it if the browser complained.
 */
export class InChromium {
  #house: House | undefined;
  #browser: Browser | undefined;
  readonly #opened: { close(): Promise<void>; complaints: string[] }[] = [];

  constructor() {
    const open = async (test: Mocha.Context) => {
      this.#browser = await launchChromium(test);
      this.#house = await openSandboxHouse();
    };
    before(function () {
      return open(this);
    });
    after(async () => {
      await this.#browser?.close();
      await this.#house?.close();
    });
    afterEach(async () => {
      const opened = this.#opened.splice(0);
      await Promise.all(opened.map(({ close }) => close()));
      const complaints = opened.flatMap((one) => one.complaints);
      assert.deepEqual(complaints, [], 'the browser complained');
    });
  }

  get house(): House {
    return this.#house!;
  }

  /** A browser of its own, with its own cookies. */
  async visit(options: BrowserContextOptions = {}): Promise<Page> {
    const context = await this.#browser!.newContext({ baseURL: this.house.origin, locale: 'en', ...options });
    context.setDefaultTimeout(60_000);
    this.#opened.push({ close: () => context.close(), complaints: complaintsOf(context) });
    return context.newPage();
  }
}
