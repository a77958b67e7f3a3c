import { JobSchedule } from '#src/jobs/schedule.ts';
import { runUntilSignalled, start } from '#src/start.ts';

/** Jobs and messages without listening: `npm run worker`, beside servers that run with JOBS_IN_PROCESS=off. */
await runUntilSignalled(async () => {
  const { services, close } = await start();
  const jobs = new JobSchedule(services);
  jobs.start();
  services.logger.info('working');
  return async () => {
    await jobs.stop();
    await close();
  };
});
