import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import type { DestinationStream } from 'pino';
import { MovableClock } from '#src/platform/clock.ts';
import { loadConfig, type SettingOverrides } from '#src/platform/config/config.ts';
import type { Secrets } from '#src/platform/config/secrets.ts';
import { createLogger } from '#src/platform/logger.ts';
import { Storage, type ConnectionOptions } from '#src/platform/storage/database.ts';
import { RunningServer } from '#src/server.ts';
import { buildServices, type Services } from '#src/services.ts';
import { defaultDatabase, emptyDatabase, type DatabaseKind } from '#test/support/databases.ts';

export interface HouseOptions {
  /** Or a migrated database of the test's own. */
  database?: DatabaseKind | ConnectionOptions;
  /** How many instances stand behind the round-robin proxy. */
  instances?: number;
  settings?: SettingOverrides;
  secrets?: Partial<Secrets>;
  /** Receives the log of every instance, at level `debug`. */
  log?: DestinationStream;
}

interface Instance {
  services: Services;
  server: RunningServer;
  storage: Storage;
}

/**
 * The real product: real database, real HTTP, real pages; only the clock can be moved, and messages land in the sandbox's
 * inbox. Requests go in turn to every instance.
 */
export class House {
  readonly origin: string;
  readonly clock: MovableClock;
  readonly database: ConnectionOptions;
  readonly #instances: Instance[] = [];
  readonly #proxy: Server;
  #turn = 0;

  private constructor(origin: string, clock: MovableClock, database: ConnectionOptions, proxy: Server) {
    this.origin = origin;
    this.clock = clock;
    this.database = database;
    this.#proxy = proxy;
  }

  static async open({
    database: wanted = defaultDatabase,
    instances = 1,
    settings,
    secrets: given,
    log,
  }: HouseOptions = {}): Promise<House> {
    const database = typeof wanted === 'object' ? wanted : await emptyDatabase(wanted);
    const clock = new MovableClock();
    clock.install();
    const proxy = createServer();
    await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
    const origin = `http://localhost:${(proxy.address() as AddressInfo).port}`;
    const house = new House(origin, clock, database, proxy);
    const secrets: Secrets = {
      masterKeys: [{ id: 'test', key: randomBytes(32) }],
      indexKey: randomBytes(32),
      registrationToken: undefined,
      metricsToken: undefined,
      adminToken: undefined,
      ...given,
    };
    const http = { ...settings?.http, port: 0, host: '127.0.0.1' };
    const config = loadConfig('test', { ...settings, issuer: origin, http });
    for (let i = 0; i < instances; i++) {
      const logger = createLogger(log ? 'debug' : config.log.level, log);
      const storage = new Storage(database, logger);
      const services = await buildServices({ config, secrets, storage, clock, logger });
      house.#instances.push({ services, storage, server: await RunningServer.start(services) });
    }
    proxy.on('request', (req, res) => {
      house.#turn = (house.#turn + 1) % instances;
      const port = house.#instances[house.#turn]!.server.port;
      const upstream = httpRequest(
        { host: '127.0.0.1', port, method: req.method, path: req.url, headers: req.headers },
        (answer) => {
          res.writeHead(answer.statusCode!, answer.rawHeaders);
          answer.pipe(res);
        },
      );
      upstream.on('error', () => res.destroy());
      req.pipe(upstream);
    });
    return house;
  }

  /** The services of the first instance, to build state and to look inside. */
  get services(): Services {
    return this.#instances[0]!.services;
  }

  /** The first instance by itself, without the proxy before it. */
  get direct(): string {
    return `http://127.0.0.1:${this.#instances[0]!.server.port}`;
  }

  get all(): Services[] {
    return this.#instances.map(({ services }) => services);
  }

  /** The newest message to a contact, once everything that waits in the outbox is delivered. */
  async lastMessage(to: string) {
    return (await this.messages(to))[0];
  }

  async messages(to: string) {
    await this.settleOutbox();
    return this.services.inbox.list({ to });
  }

  /** Whoever claimed a job waits for its end here; jobs that wait for a later moment are not waited for. */
  async settleOutbox(): Promise<void> {
    await Promise.all(this.all.map(({ outbox }) => outbox.deliverDue()));
  }

  async close(): Promise<void> {
    this.#proxy.close();
    this.#proxy.closeAllConnections();
    for (const { server, storage, services } of this.#instances) {
      await server.stop();
      await Promise.all(Object.values(services.senders).map((sender) => sender.close()));
      await services.untouched?.close();
      await storage.close();
    }
    this.clock.uninstall();
  }
}
