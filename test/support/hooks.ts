import { stopDatabases } from '#test/support/databases.ts';

/** What mocha runs around the whole run. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await stopDatabases();
  },
};
