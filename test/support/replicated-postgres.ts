import { execFileSync, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#test/support/free-port.ts';
import { postgresBinaries } from '#test/support/databases.ts';

interface Node {
  data: string;
  port: number;
  server?: ChildProcess;
}

/** A primary and a standby that has everything the primary answered for, in a folder of their own. */
export class ReplicatedPostgres {
  readonly #dir: string;
  readonly #as: SpawnOptions & { stdio: 'ignore' };
  readonly #bin: string;
  readonly #primary: Node;
  readonly #standby: Node;

  private constructor(bin: string, ports: [number, number]) {
    this.#bin = bin;
    this.#dir = mkdtempSync(join(tmpdir(), 'openesia-replicated-'));
    const isRoot = process.getuid!() === 0;
    const uid = isRoot ? Number(execFileSync('id', ['-u', 'postgres'])) : undefined;
    const gid = isRoot ? Number(execFileSync('id', ['-g', 'postgres'])) : undefined;
    if (uid !== undefined) chownSync(this.#dir, uid, gid!);
    chmodSync(this.#dir, 0o755);
    this.#as = { uid, gid, cwd: this.#dir, stdio: 'ignore' };
    [this.#primary, this.#standby] = ['primary', 'standby'].map((name, i) => ({
      data: join(this.#dir, name),
      port: ports[i]!,
    })) as [Node, Node];
  }

  /** For a suite's `before`: the suite is skipped where the machine has no PostgreSQL. */
  static async start(suite: Mocha.Context): Promise<ReplicatedPostgres> {
    const bin = postgresBinaries();
    if (!bin) return suite.skip();
    const pair = new ReplicatedPostgres(bin, [await freePort(), await freePort()]);
    await pair.#start();
    return pair;
  }

  /** Both hosts, as DATABASE_URL names them. */
  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.#primary.port},127.0.0.1:${this.#standby.port}/postgres`;
  }

  async killPrimary(): Promise<void> {
    // Its children must be gone as well, as with a machine that lost its power.
    await end(this.#primary, 'SIGQUIT');
  }

  promoteStandby(): void {
    this.#run('pg_ctl', ['promote', '-D', this.#standby.data, '-w']);
  }

  /** The old primary comes back by itself and knows nothing of the other; whoever looks after it made it read only. */
  async bringBackOldPrimary(): Promise<void> {
    await this.#serve(this.#primary, ['-c', 'default_transaction_read_only=on']);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#primary, this.#standby].map((node) => end(node, 'SIGINT')));
    rmSync(this.#dir, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const { data, port } = this.#primary;
    this.#run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']);
    await this.#serve(this.#primary);
    this.#run('pg_basebackup', ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-D', this.#standby.data, '-R', '-X', 'stream', '-c', 'fast', '--no-sync']); // prettier-ignore
    await this.#serve(this.#standby);
    const settings = `alter system set synchronous_standby_names = '*'`;
    this.#run('psql', ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-c', settings, '-c', 'select pg_reload_conf()']); // prettier-ignore
  }

  async #serve(node: Node, settings: string[] = []): Promise<void> {
    const { data, port } = node;
    const args = [
      '-D',
      data,
      '-p',
      String(port),
      '-k',
      this.#dir,
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'hot_standby=on',
    ];
    node.server = spawn(join(this.#bin, 'postgres'), [...args, ...settings], this.#as);
    for (let i = 0; i < 400; i++) {
      // The eighth line of the file says how far it is.
      const status = existsSync(join(data, 'postmaster.pid')) && readFileSync(join(data, 'postmaster.pid'), 'utf8');
      if (status && /^(ready|standby)/.test(status.split('\n')[7] ?? '')) return;
      await sleep(50);
    }
    throw new Error('PostgreSQL did not start');
  }

  #run(program: string, args: string[]): void {
    execFileSync(join(this.#bin, program), args, this.#as);
  }
}

async function end({ server }: Node, signal: NodeJS.Signals): Promise<void> {
  if (!server || server.exitCode !== null) return;
  const ended = new Promise((done) => server.once('exit', done));
  server.kill(signal);
  await ended;
}
