import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { Clock } from '#src/platform/clock.ts';
import type { Logger } from '#src/platform/logger.ts';
import type { ExpiringMap } from '#src/platform/storage/expiring-map.ts';

const PREFIX = Buffer.from('openesia:');
/** Before each value stands its end by our own clock, which a sandbox moves; Redis only clears up. */
const END_BYTES = 8;
const CONNECT_MS = 1000;
const COMMAND_MS = 500;
/** After a failure nobody waits for it again for so long. */
const REST_MS = 2000;

interface RedisMapDeps {
  /** redis:// or rediss://; several separated by commas are the nodes of a Redis Cluster. */
  url: string;
  clock: Clock;
  logger: Logger;
}

/** On Redis or a Redis Cluster. Connects behind the scenes, so that a start does not wait for it. */
export class RedisMap implements ExpiringMap {
  readonly #redis: Redis | Cluster;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #restsUntil = 0;
  #isAway = false;

  private constructor(redis: Redis | Cluster, { clock, logger }: RedisMapDeps) {
    this.#redis = redis;
    this.#clock = clock;
    this.#logger = logger;
    // Said once by whoever needs it; without a listener it would end the process.
    redis.on('error', () => {});
  }

  /** The package is loaded only where there is a Redis: it would weigh on every other process. */
  static async open(deps: RedisMapDeps): Promise<RedisMap> {
    const { Cluster, Redis } = await import('ioredis');
    const [first, ...others] = addressesIn(deps.url);
    const redis =
      others.length === 0
        ? new Redis(first!.href, options)
        : new Cluster([first!, ...others].map(nodeAt), {
            redisOptions: { ...options, ...credentialsIn(first!) },
            enableOfflineQueue: false,
            clusterRetryStrategy: retryDelay,
          });
    return new RedisMap(redis, deps);
  }

  async set(key: Buffer, value: Buffer, expiresAt: Date): Promise<boolean> {
    const lifeMs = expiresAt.getTime() - this.#clock.now().getTime();
    if (lifeMs <= 0) return this.delete(key);
    const end = Buffer.alloc(END_BYTES);
    end.writeDoubleBE(expiresAt.getTime());
    const done = await this.#ask((redis) =>
      redis.set(keyOf(key), Buffer.concat([end, value]), 'PX', Math.ceil(lifeMs)),
    );
    return done !== undefined;
  }

  async get(key: Buffer): Promise<Buffer | undefined> {
    const kept = await this.#ask((redis) => redis.getBuffer(keyOf(key)));
    if (!kept || kept.readDoubleBE() <= this.#clock.now().getTime()) return undefined;
    return kept.subarray(END_BYTES);
  }

  async delete(key: Buffer): Promise<boolean> {
    return (await this.#ask((redis) => redis.del(keyOf(key)))) !== undefined;
  }

  async isThere(): Promise<boolean> {
    return (await this.#ask((redis) => redis.exists(keyOf(Buffer.alloc(0))))) !== undefined;
  }

  async close(): Promise<void> {
    this.#redis.disconnect();
  }

  /** Undefined when it did not answer. */
  async #ask<T>(command: (redis: Redis | Cluster) => Promise<T>): Promise<T | undefined> {
    if (performance.now() < this.#restsUntil) return undefined;
    try {
      const answer = await command(this.#redis);
      this.#say(false);
      return answer;
    } catch (error) {
      this.#restsUntil = performance.now() + REST_MS;
      this.#say(true, (error as Error).name);
      return undefined;
    }
  }

  #say(isAway: boolean, reason?: string): void {
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    if (isAway) this.#logger.warn({ reason }, 'Redis does not answer; the database takes its work');
    else this.#logger.info('Redis answers again');
  }
}

const options: RedisOptions = {
  connectTimeout: CONNECT_MS,
  commandTimeout: COMMAND_MS,
  maxRetriesPerRequest: 0,
  enableOfflineQueue: false,
  enableAutoPipelining: true,
  retryStrategy: retryDelay,
};

function retryDelay(times: number): number {
  return Math.min(times * 100, REST_MS);
}

function addressesIn(urls: string): URL[] {
  const [first, ...others] = urls.split(',').map((one) => one.trim());
  const { protocol } = new URL(first!);
  return [first!, ...others].map((one) => new URL(one.includes('://') ? one : `${protocol}//${one}`));
}

function nodeAt({ hostname: host, port }: URL): { host: string; port: number } {
  return { host, port: Number(port || 6379) };
}

function credentialsIn({ protocol, username, password }: URL): RedisOptions {
  return {
    ...(username && { username: decodeURIComponent(username) }),
    ...(password && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}

function keyOf(key: Buffer): Buffer {
  return Buffer.concat([PREFIX, key]);
}
