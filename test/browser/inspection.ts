import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { languages, type Language } from '#src/platform/i18n/translator.ts';
import { seeEveryPage, type PageKind } from '#test/browser/tour.ts';
import { complaintsOf } from '#test/support/chromium.ts';
import type { House } from '#test/support/house.ts';

const SMALLEST = 320;
const MOST_BYTES = 30_000;

interface Inspection {
  browser: Browser;
  house: House;
  language: Language;
  /** Barriers, colours and larger screens are the same in every language; words are not, nor how much room they take. */
  isExamined: boolean;
}

/** Goes through every page in one language and fails with everything that was found. */
export async function inspectPages({ browser, house, language, isExamined }: Inspection): Promise<void> {
  const findings: string[] = [];
  const complaints: string[][] = [];
  let seen = 0;
  await seeEveryPage({
    house,
    language,
    number: languages.indexOf(language),
    newContext: async () => {
      const context = await newContext(browser, house, language, isExamined ? 390 : SMALLEST);
      complaints.push(complaintsOf(context));
      return context;
    },
    look: async (page, name, kind) => {
      seen++;
      const found = [
        ...(await overflow(page, isExamined ? [SMALLEST, 640, 1280, 390] : [])),
        ...(await untranslated(page, language)),
        ...(kind === 'citizen' ? await weight(page) : []),
        ...(isExamined ? [...(await barriers(page)), ...(await contrastInTheDark(page))] : []),
      ];
      findings.push(...found.map((finding) => `${name} (${language}, ${kind satisfies PageKind}): ${finding}`));
    },
  });
  assert.deepEqual([...findings, ...complaints.flat()], []);
  assert.ok(seen > 50, `only ${seen} pages were seen`);
}

export async function newContext(browser: Browser, house: House, locale: string, width = 390): Promise<BrowserContext> {
  const viewport = { width, height: 844 };
  const context = await browser.newContext({ baseURL: house.origin, locale, viewport, reducedMotion: 'reduce' });
  context.setDefaultTimeout(60_000);
  return context;
}

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
