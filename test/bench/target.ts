import { fork, type ChildProcess } from 'node:child_process';
import { Agent } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Command, Usage } from '#test/bench/child.ts';
import { startFlags, startSettings } from '#test/bench/start-up.ts';
import { cpuOfTree } from '#test/bench/process-tree.ts';
import { Visitor } from '#test/bench/visitor.ts';

export interface Measured extends Usage {
  /** What the database's processes used; undefined where they cannot be seen. */
  databaseUs: number | undefined;
}

const children = new Set<ChildProcess>();

/** Also after ctrl-C. */
export function stopChildren(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** One measured server in a process of its own, and those who visit it. */
export class Target {
  readonly name: string;
  readonly isBare: boolean;
  readonly #child: ChildProcess;
  readonly #origin: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #databasePid: number | undefined;

  private constructor(name: string, child: ChildProcess, origin: string, databasePid: number | undefined) {
    this.name = name;
    this.isBare = name === 'bare';
    this.#child = child;
    this.#origin = origin;
    this.#databasePid = databasePid;
  }

  static async start(name: string, script: string, args: string[] = [], databasePid?: number): Promise<Target> {
    const path = fileURLToPath(new URL(script, import.meta.url));
    const child = fork(path, args, {
      execArgv: [...startFlags],
      env: { ...process.env, ...startSettings, NODE_ENV: 'test' },
    });
    children.add(child);
    child.once('exit', () => children.delete(child));
    const { origin } = await nextMessage<{ origin: string }>(child);
    return new Target(name, child, origin, databasePid);
  }

  visitors(count: number): Visitor[] {
    return Array.from({ length: count }, (_, number) => {
      return new Visitor({ origin: this.#origin, agent: this.#agent, number, isBare: this.isBare });
    });
  }

  async measure(): Promise<Measured> {
    const usage = await this.#tell({ ask: 'usage' });
    return { ...usage, databaseUs: this.#databasePid === undefined ? undefined : cpuOfTree(this.#databasePid) };
  }

  /** Until nothing is left to do of what was asked before. */
  async settle(): Promise<void> {
    await this.#tell({ ask: 'settled' });
  }

  async setHashing(real: boolean): Promise<void> {
    await this.#tell({ ask: 'hashing', real });
  }

  /** CPU profile of what `work` causes in the measured process. */
  async profile(file: string, work: () => Promise<unknown>): Promise<void> {
    await this.#tell({ ask: 'profile' });
    await work();
    await this.#tell({ ask: 'profile', file });
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    const ended = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #tell(command: Command): Promise<Usage> {
    const answer = nextMessage<Usage>(this.#child);
    this.#child.send(command);
    return answer;
  }
}

function nextMessage<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null) => reject(new Error(`a measured process ended (exit ${code})`));
    child.once('exit', failed);
    child.once('message', (message) => {
      child.off('exit', failed);
      resolve(message as T);
    });
  });
}
