import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '#src/app.ts';
import type { Services } from '#src/services.ts';
import { isSchemaCurrent } from '#src/platform/storage/migrate.ts';
import { servePrepared } from '#src/web/middleware/prepared.ts';
import { JobSchedule } from '#src/jobs/schedule.ts';

/** A listening instance. `stop` is gentle: not ready first, then requests under way finish, then everything closes. */
export class RunningServer {
  readonly #services: Services;
  readonly #server: Server;
  readonly #jobs: JobSchedule;
  #isStopping = false;

  private constructor(services: Services, server: Server, jobs: JobSchedule) {
    this.#services = services;
    this.#server = server;
    this.#jobs = jobs;
  }

  static async start(services: Services): Promise<RunningServer> {
    const { config, live } = services;
    const holder: { running?: RunningServer } = {};
    const app = createApp(services, { isReady: async () => holder.running?.isReady() ?? false });
    const server = createServer(
      {
        requestTimeout: config.http.requestTimeoutSeconds * 1000,
        headersTimeout: config.http.headersTimeoutSeconds * 1000,
        keepAliveTimeout: config.http.keepAliveSeconds * 1000,
        connectionsCheckingInterval: 2000,
        maxHeaderSize: 16_384,
      },
      servePrepared(app.callback(), services),
    );
    await new Promise<void>((listening, failed) => {
      server.once('error', failed);
      server.listen({ port: config.http.port, host: config.http.host }, listening);
    });
    live.watch(5000);
    const running = new RunningServer(services, server, new JobSchedule(services));
    if (config.jobs.inProcess) running.#jobs.start();
    holder.running = running;
    return running;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async isReady(): Promise<boolean> {
    if (this.#isStopping) return false;
    return isSchemaCurrent(this.#services.db).catch(() => false);
  }

  async stop(): Promise<void> {
    if (this.#isStopping) return;
    this.#isStopping = true;
    const { live, config } = this.#services;
    live.stop();
    const closed = new Promise((done) => this.#server.close(done));
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), config.http.shutdownSeconds * 1000);
    await closed;
    clearTimeout(cut);
    await this.#jobs.stop();
  }
}
