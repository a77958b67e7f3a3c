import assert from 'node:assert/strict';
import { loadSandboxPeople } from '#src/sandbox/person.ts';
import { Browser, has, textOf, type View } from '#test/support/browser.ts';
import type { House } from '#test/support/house.ts';

/** Opens a page of the console as one of the sandbox's operators, signed in anew without typing. */
export async function enterConsole(browser: Browser, person: string, path = '/console'): Promise<View> {
  const sent = await browser.request('GET', path);
  const location = sent.headers.get('location');
  assert.ok(location?.startsWith('/oauth2/auth'), `${sent.status} ${textOf(sent).slice(0, 200)}`);
  return browser.open(`${location}&sandbox_person=${person}`);
}

/** A new browser with an operator at work in it. */
export async function atWork(house: House, person: string): Promise<Browser> {
  const browser = new Browser(house.origin);
  const view = await enterConsole(browser, person);
  assert.ok(has(view, 'console-home'), `${view.status} ${view.url} ${textOf(view).slice(0, 300)}`);
  return browser;
}

export function operatorNamed(id: string) {
  return loadSandboxPeople().find((person) => person.id === id)!;
}

export async function accountIdOf(house: House, id: string): Promise<string> {
  return (await house.services.sandbox!.people.accountIdOf(id))!;
}
