import { runUntilSignalled, start } from '#src/start.ts';
import { releaseStartUpMemory } from '#src/platform/start-up-memory.ts';
import { sayWhereToGo } from '#src/banner.ts';

/** The server: `npm start`. */
await runUntilSignalled(async () => {
  const [{ services, close }, { RunningServer }] = await Promise.all([start(), import('#src/server.ts')]);
  const server = await RunningServer.start(services);
  releaseStartUpMemory();
  if (services.config.production) services.logger.info({ issuer: services.config.issuer }, 'listening');
  else sayWhereToGo(services);
  return async () => {
    await server.stop();
    await close();
  };
});
