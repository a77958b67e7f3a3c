import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { languages, type Language } from '#src/platform/i18n/translator.ts';
import { openSandboxHouse } from '#test/browser/steps.ts';
import { seeEveryPage, type PageKind } from '#test/browser/tour.ts';
import { complaintsOf, launchChromium } from '#test/support/chromium.ts';
import type { House } from '#test/support/house.ts';

/** Barriers, colours and larger screens are the same in every language; words are not, nor how much room they take. */
const EXAMINED: Language = 'ru';
const SMALLEST = 320;
const MOST_BYTES = 30_000;

describe('every page in a real browser', function () {
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

  for (const language of languages) {
    it(`F1: fits, reads and weighs well in ${language}`, async () => {
      const findings: string[] = [];
      const complaints: string[][] = [];
      let seen = 0;
      await seeEveryPage({
        house,
        language,
        number: languages.indexOf(language),
        newContext: async () => {
          const context = await newContext(language, language === EXAMINED ? 390 : SMALLEST);
          complaints.push(complaintsOf(context));
          return context;
        },
        look: async (page, name, kind) => {
          seen++;
          const found = [
            ...(await overflow(page, language === EXAMINED ? [SMALLEST, 640, 1280, 390] : [])),
            ...(await untranslated(page, language)),
            ...(kind === 'citizen' ? await weight(page) : []),
            ...(language === EXAMINED ? [...(await barriers(page)), ...(await contrastInTheDark(page))] : []),
          ];
          findings.push(...found.map((finding) => `${name} (${language}, ${kind satisfies PageKind}): ${finding}`));
        },
      });
      assert.deepEqual([...findings, ...complaints.flat()], []);
      assert.ok(seen > 50, `only ${seen} pages were seen`);
    });
  }

  it('L1: a person signs in with the keyboard alone and always sees where they are', async () => {
    const context = await newContext('ru');
    const page = await context.newPage();
    await page.goto('/demo/university');
    await tabTo(page, 'login-with-esia');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#login-submit');
    await tabTo(page, 'login');
    await page.keyboard.type('+79000000137');
    assert.equal(await nextStop(page), 'password');
    await page.keyboard.type('Sandbox-Only-47!');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#consent-submit');
    await tabTo(page, 'consent-submit');
    await page.keyboard.press('Space');
    await page.waitForSelector('#claims');
    await context.close();
  });

  it('the menu of languages opens, closes and chooses by the keyboard', async () => {
    const context = await newContext('ru');
    const page = await context.newPage();
    await page.goto('/');
    await page.click('#language button[value=ru]');
    await page.locator('#language summary').focus();
    await page.keyboard.press('Enter');
    assert.ok(await page.isVisible('#language button[value=uz]'));
    await page.keyboard.press('Escape');
    assert.ok(!(await page.isVisible('#language button[value=uz]')));
    await page.keyboard.press('Enter');
    for (let i = 0; i < 2; i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('html[lang=en]');
    await context.close();
  });

  it('the first field is there within five seconds on a slow line', async () => {
    const context = await newContext('ru');
    const page = await context.newPage();
    const network = await context.newCDPSession(page);
    await network.send('Network.emulateNetworkConditions', {
      offline: false,
      latency: 300,
      downloadThroughput: 250_000 / 8,
      uploadThroughput: 250_000 / 8,
    });
    const startedAt = performance.now();
    await page.goto('/demo/university/login', { waitUntil: 'commit' });
    await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0);
    await page.fill('#login', 'anna@example.test');
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`      first field usable after ${seconds.toFixed(1)} s at 250 kbit/s, 300 ms`);
    assert.ok(seconds < 5, `${seconds} s`);
    await context.close();
  });

  async function newContext(locale: string, width = 390): Promise<BrowserContext> {
    const viewport = { width, height: 844 };
    const context = await browser.newContext({ baseURL: house.origin, locale, viewport, reducedMotion: 'reduce' });
    context.setDefaultTimeout(60_000);
    return context;
  }
});

/** At a small phone, a phone, and a desktop; and at half of the desktop, which is what zooming to 200 % leaves. */
async function overflow(page: Page, widths: number[]): Promise<string[]> {
  const found: string[] = await tooWide(page);
  for (const width of widths) {
    await page.setViewportSize({ width, height: 844 });
    found.push(...(await tooWide(page)));
  }
  return found;
}

async function tooWide(page: Page): Promise<string[]> {
  const { excess, width } = await page.evaluate(() => ({
    excess: document.documentElement.scrollWidth - innerWidth,
    width: innerWidth,
  }));
  return excess > 0 ? [`${excess} px too wide at ${width}`] : [];
}

/** Names, addresses and codes speak no language, and what a client says of itself is in its own. */
async function untranslated(page: Page, language: Language): Promise<string[]> {
  const { text, keys } = await page.evaluate(() => {
    const body = document.body.cloneNode(true) as HTMLElement;
    for (const node of body.querySelectorAll(
      '[lang], [translate="no"], code, pre, a[href^="http"], a[href^="mailto"], .languages, .language',
    ))
      node.remove();
    const bare = `${body.textContent} ${document.title}`;
    return { text: bare, keys: bare.match(/(?<![\w.@/-])[a-z]+(-[a-z]+)*\.[a-z]+[a-z_.-]*[a-z](?![\w@])/g) ?? [] };
  });
  const found = keys.filter((key) => !/\.(test|org)$/.test(key)).map((key) => `untranslated: ${key}`);
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const cyrillic = text.match(/\p{Script=Cyrillic}/gu)?.length ?? 0;
  const share = cyrillic / letters;
  if (['en', 'hy', 'uz'].includes(language) && share > 0.35) found.push(`${Math.round(share * 100)} % Cyrillic`);
  if (['ru', 'kk', 'ky', 'tg'].includes(language) && share < 0.5)
    found.push(`only ${Math.round(share * 100)} % Cyrillic`);
  const lang = await page.getAttribute('html', 'lang');
  if (lang !== language) found.push(`says it is in ${lang}`);
  return found;
}

/** The page itself and what it draws in before the fonts and pictures, as they travel without compression. */
async function weight(page: Page): Promise<string[]> {
  const bytes = await page.evaluate(() => {
    const [document] = performance.getEntriesByType('navigation') as PerformanceResourceTiming[];
    const parts = (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).filter(({ name }) =>
      /\.(css|js)(\?|$)/.test(name),
    );
    return [document!, ...parts].reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0);
  });
  return bytes > MOST_BYTES ? [`${bytes} bytes before the fonts`] : [];
}

async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return axeFindings(page, {});
}

/** After `barriers`. Colours are the same in every language. */
async function contrastInTheDark(page: Page): Promise<string[]> {
  await page.emulateMedia({ colorScheme: 'dark' });
  const findings = await axeFindings(page, { runOnly: ['color-contrast'] });
  await page.emulateMedia({ colorScheme: 'light' });
  return findings.map((finding) => `in the dark: ${finding}`);
}

function axeFindings(page: Page, options: object): Promise<string[]> {
  return page.evaluate(async (given) => {
    interface Findings {
      violations: { id: string; nodes: { target: unknown[] }[] }[];
    }
    const { axe } = window as unknown as { axe: { run(options: object): Promise<Findings> } };
    // What passed is not gathered, and style sheets are not fetched once more: no rule of ours reads them.
    const { violations } = await axe.run({ resultTypes: ['violations'], preload: false, ...given });
    return violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
  }, options);
}

/** Presses Tab until the element has the focus; every stop on the way must be seen. */
async function tabTo(page: Page, id: string): Promise<void> {
  for (let i = 0; i < 30; i++) if ((await nextStop(page)) === id) return;
  assert.fail(`the keyboard does not reach ${id}`);
}

async function nextStop(page: Page): Promise<string> {
  await page.keyboard.press('Tab');
  const stop = await page.evaluate(() => {
    const element = document.activeElement!;
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    const { width, height } = element.getBoundingClientRect();
    const isSeen = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2 && width > 0 && height > 0;
    return { id: element.id, isSeen, tag: element.outerHTML.slice(0, 80) };
  });
  assert.ok(stop.isSeen, `the focus is not seen at ${stop.tag}`);
  return stop.id;
}
