import { contactsOf, tierOf, type SandboxPerson } from '#src/sandbox/person.ts';
import type { Services } from '#src/services.ts';

/** What a person who just started it wants to know. */
export function sayWhereToGo({ config, sandbox }: Services): void {
  const { issuer, storage } = config;
  const database = storage.databaseUrl
    ? 'PostgreSQL'
    : `embedded in ${storage.dataDir} (for trying out: it does not survive a power cut)`;
  const lines = [
    '',
    `  ${config.service.name} is running at ${issuer}`,
    '',
    `  Database       ${database}`,
    `  Discovery      ${issuer}/.well-known/openid-configuration`,
  ];
  if (sandbox) {
    lines.push(
      `  Sandbox        ${issuer}/sandbox — test people, clock, faults`,
      `  Inbox          ${issuer}/sandbox/inbox — every SMS and e-mail`,
      `  Log in at      ${issuer}/demo/university and ${issuer}/demo/broker`,
      '',
      `  Test people    ${sandbox.people.list.length} of them, for example:`,
      ...introduced.flatMap((id) => introduce(sandbox.people.list.find((person) => person.id === id))),
    );
  }
  process.stdout.write(`${lines.join('\n')}\n\n`);
}

/** One of each tier, to begin with. */
const introduced = ['boris', 'olga', 'anna'];

function introduce(person: SandboxPerson | undefined): string[] {
  if (!person) return [];
  const login = contactsOf(person.contacts)[0]!.value;
  return [`    ${login.padEnd(24)}${person.password.padEnd(20)}${tierOf(person)}`];
}
