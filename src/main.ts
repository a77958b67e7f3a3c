import { runUntilSignalled, start } from '#src/start.ts';
import { RunningServer } from '#src/server.ts';
import { releaseStartUpMemory } from '#src/platform/start-up-memory.ts';
import { sayWhereToGo } from '#src/banner.ts';

/** The server: `npm start`. */
await runUntilSignalled(async () => {
  const { services, close } = await start();
  const server = await RunningServer.start(services);
  releaseStartUpMemory();
  if (services.config.production) services.logger.info({ issuer: services.config.issuer }, 'listening');
  else sayWhereToGo(services);
  return async () => {
    await server.stop();
    await close();
  };
});
