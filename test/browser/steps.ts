import assert from 'node:assert/strict';
import type { CDPSession, Page } from 'playwright-core';
import { SandboxPeople } from '#src/sandbox/people.ts';
import { loadSandboxPeople } from '#src/sandbox/person.ts';
import { seedSandbox } from '#src/sandbox/seed.ts';
import { House } from '#test/support/house.ts';
import { roomyRanges } from '#test/support/registering.ts';

interface InboxMessage {
  code?: string;
  links: string[];
}

/** The product as `npm start` opens it: test people, inbox, demo sites. Many people register and write from one address here. */
export async function openSandboxHouse(): Promise<House> {
  const house = await House.open({
    database: 'embedded',
    settings: {
      smsGuard: roomyRanges,
      codes: { sendsPerAddress: 1000 },
      recovery: { lookUpsPerAddress: 1000, startsPerAddress: 1000 },
      support: { ticketsPerAddressPerHour: 1000 },
    },
  });
  await seedSandbox({ ...house.services, sandboxPeople: new SandboxPeople(house.services) });
  return house;
}

/** The newest message to a contact, read as a script would. */
export async function messageTo(house: House, contact: string): Promise<InboxMessage> {
  await house.settleOutbox();
  const answer = await fetch(`${house.origin}/sandbox/api/inbox?to=${encodeURIComponent(contact)}`);
  const [newest] = (await answer.json()) as InboxMessage[];
  assert.ok(newest, `no message to ${contact}`);
  return newest;
}

export async function fillRegistration(page: Page, { phone, email }: { phone?: string; email?: string }) {
  await page.fill('#last-name', 'Соколова');
  await page.fill('#first-name', 'Мария');
  if (phone) await page.fill('#phone', phone);
  if (email) await page.fill('#email', email);
  await page.check('#agree');
  await page.click('#registration-submit');
}

export async function enterCode(page: Page, house: House, phone: string): Promise<void> {
  await page.waitForSelector('#code');
  const { code } = await messageTo(house, phone);
  await page.fill('#code', code!);
  await page.click('#code-submit');
}

/** Takes the suggested password and hands it back. */
export async function takeSuggestion(page: Page): Promise<string> {
  await page.click('#suggest-password');
  await page.waitForSelector('#suggestion:not([hidden])');
  const password = await page.inputValue('#new-password');
  assert.equal(await page.inputValue('#new-password-repeat'), password);
  assert.equal(await page.textContent('#suggested'), password);
  await page.click('#password-submit');
  return password;
}

export async function signIn(page: Page, login: string, password: string): Promise<void> {
  await page.fill('#login', login);
  await page.fill('#password', password);
  await page.click('#login-submit');
}

export async function signInAs(page: Page, id: string): Promise<void> {
  const { contacts, password } = loadSandboxPeople().find((person) => person.id === id)!;
  await signIn(page, contacts.phone ?? contacts.email!, password);
}

/** A device that always recognises its owner. */
export async function addAuthenticator(page: Page): Promise<{ cdp: CDPSession; id: string }> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId: id } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { cdp, id };
}
