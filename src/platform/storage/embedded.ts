import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigurationError } from '#src/platform/errors.ts';

/** PGlite in a process of its own. Survives a crash of ours, not a power cut: for trying out, never for production. */
export class EmbeddedDatabase {
  readonly socketDir: string;
  readonly #child: ChildProcess;
  #stopping = false;

  private constructor(socketDir: string, child: ChildProcess) {
    this.socketDir = socketDir;
    this.#child = child;
  }

  /**
   * @param dataDir folder that will hold `pglite`, or `memory://` for one that is forgotten.
   * @throws ConfigurationError when another process works on the folder.
   */
  static async start(dataDir: string, onExit?: () => void): Promise<EmbeddedDatabase> {
    // Socket paths may be 108 bytes at most, so not below a data folder of any depth.
    const socketDir = mkdtempSync(join(tmpdir(), 'openesia-'));
    const folder = dataDir.startsWith('memory:') ? dataDir : join(resolve(dataDir), 'pglite');
    const script = fileURLToPath(new URL('./embedded-server.ts', import.meta.url));
    const child = fork(script, [folder, socketDir], { execArgv: ['--disable-warning=ExperimentalWarning'] });
    const answer = await new Promise<{ ready?: true; locked?: true }>((answered, failed) => {
      child.once('message', answered as (message: unknown) => void);
      child.once('exit', (code) => failed(new Error(`the embedded database ended at its start (exit ${code})`)));
    });
    if (answer.locked) {
      await rm(socketDir, { recursive: true, force: true });
      throw new ConfigurationError([
        `another OpenESIA is running on ${resolve(dataDir)}; stop it, or choose another folder with DATA_DIR`,
      ]);
    }
    const database = new EmbeddedDatabase(socketDir, child);
    child.removeAllListeners('exit');
    child.once('exit', () => !database.#stopping && onExit?.());
    return database;
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const ended = new Promise((done) => this.#child.once('exit', done));
    this.#child.send({ stop: true });
    await ended;
    await rm(this.socketDir, { recursive: true, force: true });
  }
}
