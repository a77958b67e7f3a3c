import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '#test/support/free-port.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const worker = fileURLToPath(new URL('../src/worker.ts', import.meta.url));

describe('the processes', () => {
  let dir: string;
  let running: ChildProcess[] = [];

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'openesia-process-'));
  });
  afterEach(() => {
    for (const child of running) child.kill('SIGKILL');
    running = [];
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it('one command starts the whole provider, says where to go, and stops gently on SIGTERM', async () => {
    const port = await freePort();
    const { child, output, ended } = run(main, { PORT: String(port), DATA_DIR: dir });
    await untilSaid(output, /is running at/);
    assert.match(output.text, new RegExp(`http://localhost:${port}/demo/university`));
    assert.equal((await fetch(`http://localhost:${port}/health/ready`)).status, 200);
    assert.equal((await fetch(`http://localhost:${port}/health/live`)).status, 200);
    assert.match(await (await fetch(`http://localhost:${port}/`)).text(), /op-page/);
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  });

  it('E2: answers for its own host only', async () => {
    const port = await freePort();
    const { child, output, ended } = run(main, { PORT: String(port), DATA_DIR: dir });
    await untilSaid(output, /is running at/);
    const wrong = await fetch(`http://127.0.0.1:${port}/.well-known/openid-configuration`);
    assert.equal(wrong.status, 421);
    assert.match(await wrong.text(), new RegExp(`http://localhost:${port}`));
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  });

  it('a worker runs beside it without listening', async () => {
    const { child, output, ended } = run(worker, { DATA_DIR: dir });
    await untilSaid(output, /working/);
    child.kill('SIGTERM');
    assert.equal(await ended, 0);
  });

  it('O3: an unsafe production start ends with 1 and says everything that is wrong', async () => {
    const { output, ended } = run(main, { NODE_ENV: 'production', DATA_DIR: dir });
    assert.equal(await ended, 1);
    assert.match(output.text, /Cannot start:\n {2}- .*https/);
    assert.match(output.text, /DATABASE_URL is missing/);
  });

  function run(script: string, environment: Record<string, string>) {
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script], {
      env: { PATH, HOME, NODE_ENV: 'development', ...environment },
    });
    running.push(child);
    const output = { text: '' };
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output.text += chunk.toString()));
    const ended = new Promise<number | null>((told) => child.once('exit', told));
    return { child, output, ended };
  }
});

async function untilSaid(output: { text: string }, wanted: RegExp): Promise<void> {
  for (let i = 0; i < 2000; i++) {
    if (wanted.test(output.text)) return;
    await new Promise((later) => setTimeout(later, 50));
  }
  throw new Error(`not said: ${String(wanted)} in ${output.text}`);
}
