import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type Browser, type BrowserContext } from 'playwright-core';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let isAbsenceSaid = false;

/** For a suite's `before`: a real browser, or the suite is skipped where the machine has none. The suite closes it. */
export async function launchChromium(suite: Mocha.Context): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath) return chromium.launch({ executablePath, args: flags });
  if (!isAbsenceSaid) console.log('SKIPPED: browser tests; install Chromium or set CHROMIUM to its path');
  isAbsenceSaid = true;
  return suite.skip();
}

function findChromium(): string | undefined {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? '').split(delimiter);
  // The shell is the same engine without the windows of a desktop, which cost more than our pages.
  const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * What the browser itself complains about: script errors, violations of the content security policy, requests that failed.
 * The answer of a page itself may be a refusal, but never a fault; a request given up because the page was left is no failure.
 */
export function complaintsOf(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on('console', (message) => {
    const isAboutStatus = message.text().startsWith('Failed to load resource');
    if (['error', 'warning'].includes(message.type()) && !isAboutStatus) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(error.error().message));
  context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${reason}: ${request.url()}`);
  });
  context.on('response', (response) => {
    const isPage = response.request().resourceType() === 'document';
    if (response.status() >= (isPage ? 500 : 400)) complaints.push(`${response.status()}: ${response.url()}`);
  });
  return complaints;
}
