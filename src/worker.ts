import { runUntilSignalled, start } from '#src/start.ts';

/** Jobs and messages without listening: `npm run worker`, beside servers that run with JOBS_IN_PROCESS=off. */
await runUntilSignalled(async () => {
  const [{ services, close }, { JobSchedule }] = await Promise.all([start(), import('#src/jobs/schedule.ts')]);
  const jobs = new JobSchedule(services);
  jobs.start();
  services.logger.info('working');
  return async () => {
    await jobs.stop();
    await close();
  };
});
