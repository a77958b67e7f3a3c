import { MovableClock, systemClock } from '#src/platform/clock.ts';
import { loadConfig, type Config } from '#src/platform/config/config.ts';
import { loadSecrets } from '#src/platform/config/secrets.ts';
import { ConfigurationError } from '#src/platform/errors.ts';
import { createLogger, type Logger } from '#src/platform/logger.ts';
import { Storage } from '#src/platform/storage/database.ts';
import { EmbeddedDatabase } from '#src/platform/storage/embedded.ts';
import { migrateToLatest } from '#src/platform/storage/migrate.ts';
import type { Services } from '#src/services.ts';

export interface Started {
  services: Services;
  /** Closes what was opened here, last of all. */
  close(): Promise<void>;
}

/**
 * What a server and a worker do alike: read settings, open the database, migrate, build the services. Most of the
 * program is loaded while the embedded database starts in a process of its own.
 */
export async function start(): Promise<Started> {
  const config = loadConfig();
  const secrets = loadSecrets(config);
  const logger = createLogger(config.log.level);
  const clock = config.sandbox ? new MovableClock() : systemClock;
  if (clock instanceof MovableClock) clock.install();
  const [{ storage, closeStorage }, { buildServices }, { seedSandbox }] = await Promise.all([
    openStorage(config, logger),
    import('#src/services.ts'),
    import('#src/sandbox/seed.ts'),
  ]);
  if (config.storage.migrate) await migrateToLatest(storage.db);
  const services = await buildServices({ config, secrets, storage, clock, logger });
  services.metrics.watchProcess();
  if (services.sandbox) await seedSandbox({ ...services, sandboxPeople: services.sandbox.people });
  const close = async () => {
    await Promise.all(Object.values(services.senders).map((sender) => sender.close()));
    await services.untouched?.close();
    await closeStorage();
  };
  return { services, close };
}

async function openStorage(
  config: Config,
  logger: Logger,
): Promise<{ storage: Storage; closeStorage(): Promise<void> }> {
  const { databaseUrl: url, dataDir, ...limits } = config.storage;
  if (url) {
    const storage = new Storage({ url, ...limits }, logger);
    return { storage, closeStorage: () => storage.close() };
  }
  const embedded = await EmbeddedDatabase.start(dataDir, () => {
    logger.fatal('the embedded database ended unexpectedly');
    process.exit(1);
  });
  const storage = new Storage({ socketDir: embedded.socketDir, ...limits }, logger);
  const closeStorage = async () => {
    await storage.close();
    await embedded.stop();
  };
  return { storage, closeStorage };
}

/** Ends the process on a signal, or with one clear text when it cannot start. */
export async function runUntilSignalled(run: () => Promise<() => Promise<void>>): Promise<void> {
  try {
    const stop = await run();
    const onSignal = () => void stop().then(() => process.exit(0));
    process.once('SIGTERM', onSignal);
    process.once('SIGINT', onSignal);
  } catch (error) {
    process.stderr.write(
      error instanceof ConfigurationError ? `${error.message}\n` : `${String((error as Error).stack)}\n`,
    );
    process.exit(1);
  }
}
