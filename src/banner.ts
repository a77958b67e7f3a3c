import type { Services } from '#src/services.ts';

/** What a person who just started it wants to know. */
export function sayWhereToGo({ config }: Services): void {
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
  if (config.sandbox) {
    lines.push(
      `  Sandbox        ${issuer}/sandbox — test people, clock, faults`,
      `  Inbox          ${issuer}/sandbox/inbox — every SMS and e-mail`,
      `  Log in at      ${issuer}/demo/university and ${issuer}/demo/broker`,
    );
  }
  process.stdout.write(`${lines.join('\n')}\n\n`);
}
