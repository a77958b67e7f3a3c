import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '#test/support/free-port.ts';

let isAbsenceSaid = false;

/** A Redis of one suite on a port of its own, that can be taken away and brought back. Keeps nothing on disk. */
export class RedisServer {
  readonly port: number;
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  /** For a suite's `before`: the suite is skipped where the machine has no Redis. */
  static async start(suite: Mocha.Context): Promise<RedisServer> {
    if (!hasRedis()) {
      if (!isAbsenceSaid) console.log('SKIPPED: Redis tests; install it (apt install redis-server)');
      isAbsenceSaid = true;
      suite.skip();
    }
    const server = new RedisServer(await freePort());
    await server.start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    this.#process = spawn('redis-server', args, { stdio: 'ignore' });
    for (let i = 0; i < 100; i++) {
      if (await this.ask((redis) => redis.ping()).catch(() => undefined)) return;
      await sleep(50);
    }
    throw new Error('Redis did not start');
  }

  /** With everything it held. */
  async kill(): Promise<void> {
    const ended = new Promise((done) => this.#process!.once('exit', done));
    this.#process!.kill('SIGKILL');
    await ended;
  }

  /** Connections stay open and nothing answers. */
  pause(): void {
    this.#process!.kill('SIGSTOP');
  }

  resume(): void {
    this.#process!.kill('SIGCONT');
  }

  async ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.port, '127.0.0.1', { maxRetriesPerRequest: 0, retryStrategy: () => null });
    redis.on('error', () => {});
    return question(redis).finally(() => redis.disconnect());
  }
}

function hasRedis(): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, 'redis-server')));
}
