import pg from 'pg';

/** One address for each host of `postgres://user:password@first:5432,second:5432/name`; a list of one for an ordinary one. */
export function addressesOf(url: string): string[] {
  const [, before, hosts, after] = /^(\w+:\/\/(?:[^@/?]*@)?)([^/?]*)(.*)$/s.exec(url) ?? [];
  return hosts?.includes(',') ? hosts.split(',').map((host) => `${before}${host.trim()}${after}`) : [url];
}

/**
 * A driver's client for a primary with standbys: it keeps a connection only to a host that takes writes, so that nothing is
 * written to, or read from, a host that is no longer the primary. Whoever meets one that is away or only reads sees an
 * error, and the next connection is tried at the next host.
 */
export function clientForWriterAmong(addresses: string[]): typeof pg.Client {
  let current = 0;

  return class WriterClient extends pg.Client {
    readonly #tried = current;

    constructor(config?: pg.ClientConfig) {
      super({ ...config, connectionString: addresses[current]! });
    }

    override connect(): Promise<this>;
    override connect(callback: (err: Error) => void): void;
    override connect(callback?: (err: Error) => void): Promise<this> | undefined {
      const connecting = this.#connectToWriter();
      if (!callback) return connecting;
      connecting.then(() => callback(undefined as unknown as Error), callback);
      return undefined;
    }

    async #connectToWriter(): Promise<this> {
      try {
        await super.connect();
        const { rows } = await this.query<{ transaction_read_only: string }>('show transaction_read_only');
        if (rows[0]!.transaction_read_only === 'off') return this;
      } catch (error) {
        this.#moveOn();
        throw error;
      }
      this.#moveOn();
      await this.end();
      throw new Error('database connection lost: this host only reads');
    }

    /** Unless another connection that failed has done so already. */
    #moveOn(): void {
      if (this.#tried === current) current = (current + 1) % addresses.length;
    }
  };
}
