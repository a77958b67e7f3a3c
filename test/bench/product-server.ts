import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '#src/platform/clock.ts';
import { loadConfig } from '#src/platform/config/config.ts';
import { createLogger } from '#src/platform/logger.ts';
import { Storage, type ConnectionOptions } from '#src/platform/storage/database.ts';
import { RunningServer } from '#src/server.ts';
import { buildServices, type Services } from '#src/services.ts';
import { serveCommands } from '#test/bench/child.ts';
import { benchKeys, ESIA_ID, KEY_ID } from '#test/bench/esia-keys.ts';
import { CLIENT_ID, CLIENT_SECRET, loginOf, PASSWORD, REDIRECT_URI } from '#test/bench/visitor.ts';
import { freePort } from '#test/support/free-port.ts';

/** The product as it is, with people, a client and their consents. Arguments: the database's address, how many people. */
const [database, people] = process.argv.slice(2) as [string, string];
const port = await freePort();
const origin = `http://localhost:${port}`;
const config = loadConfig('test', {
  issuer: origin,
  http: { port },
  sandbox: false,
  messaging: { pollMs: 1000 },
  passwords: { guessesPerAddressPerMinute: 1_000_000, guessesPerNetworkPerMinute: 1_000_000, guessesPerAccount: 100 },
});
const logger = createLogger(config.log.level);
const secrets = {
  masterKeys: [{ id: 'bench', key: randomBytes(32) }],
  indexKey: randomBytes(32),
  registrationToken: undefined,
  metricsToken: undefined,
  adminToken: undefined,
};
const storage = new Storage(JSON.parse(database) as ConnectionOptions, logger);
const services = await buildServices({ config, secrets, storage, clock: systemClock, logger });
await settle(services, Number(people));
const setHashing = stubHashing(services);
await RunningServer.start(services);
serveCommands(origin, { setHashing, settled: () => allDelivered(services) });

async function settle({ db, accounts, clients, consents, credentials, hasher, agreement }: Services, count: number) {
  await clients.save(CLIENT_ID, {
    client_name: 'University',
    client_secret: CLIENT_SECRET,
    redirect_uris: [REDIRECT_URI],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  });
  const { assertionKey, rsa, gost } = benchKeys();
  const { d: _, ...publicKey } = assertionKey;
  await clients.save(KEY_ID, {
    redirect_uris: [],
    response_types: [],
    grant_types: ['client_credentials'],
    subject_type: 'public',
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: { keys: [publicKey] },
  });
  await clients.save(ESIA_ID, {
    client_name: 'Portal',
    esia: {
      certificates: [rsa.certificate, gost.certificate],
      redirect_hosts: ['client.example'],
      profile: 'lenient',
      signing: 'any',
      marker_signing: 'RS256',
    },
  });
  const hash = await hasher.hash(PASSWORD);
  const allowance = { scopes: ['openid', 'profile', 'offline_access'], claims: [], resources: {} };
  for (let number = 0; number < count; number++) {
    const id = await db.transaction().execute(async (transaction) => {
      const accountId = await accounts.create(transaction, {
        profile: { familyName: 'Петрова', givenName: 'Анна', middleName: 'Сергеевна' },
        locale: 'en',
        verified: [{ kind: 'phone', value: loginOf(number) }],
        unverified: [],
        agreement,
      });
      await credentials.set(transaction, accountId, hash);
      return accountId;
    });
    await consents.grant(id, CLIENT_ID, { name: 'University', purpose: '' }, allowance);
  }
}

/** The messages that preparations caused are not what is measured afterwards. */
async function allDelivered({ outbox }: Services): Promise<void> {
  while ((await outbox.backlog()).waiting > 0) await sleep(50);
}

/** Argon2 costs twenty times what the protocol costs and would hide it; so it is left out, but only from here. */
function stubHashing({ hasher }: Services): (real: boolean) => void {
  const stub = { verify: async () => true, dummy: async () => '', needsRehash: () => false };
  Object.assign(hasher, stub);
  return (real) => {
    for (const name of Object.keys(stub)) Reflect.deleteProperty(hasher, name);
    if (!real) Object.assign(hasher, stub);
  };
}
