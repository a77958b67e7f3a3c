import type { Browser } from 'playwright-core';
import { languages } from '#src/platform/i18n/translator.ts';
import { inspectPages } from '#test/browser/inspection.ts';
import { openSandboxHouse } from '#test/browser/steps.ts';
import { launchChromium } from '#test/support/chromium.ts';
import type { House } from '#test/support/house.ts';

/** Beside `pages.test.ts`, so that both can run at once. */
describe('every page in the other languages, in a real browser', function () {
  this.timeout(900_000);
  let house: House;
  let browser: Browser;

  before(async function () {
    browser = await launchChromium(this);
    house = await openSandboxHouse();
  });
  after(async () => {
    await browser?.close();
    await house?.close();
  });

  for (const language of languages.filter((one) => one !== 'ru' && one !== 'en'))
    it(`F1: fits, reads and weighs well in ${language}`, () =>
      inspectPages({ browser, house, language, isExamined: false }));
});
