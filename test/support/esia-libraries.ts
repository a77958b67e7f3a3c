import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = fileURLToPath(new URL('../../.cache/esia-libraries/', import.meta.url));
const drivers = fileURLToPath(new URL('../protocols/esia/libraries/', import.meta.url));
const INSTALL_MS = 180_000;

/** Answers the folder; throws where the registry cannot be reached or the tool is not on this machine. */
export async function installFromNpm(packages: string[]): Promise<string> {
  const folder = `${cache}npm`;
  if (packages.every((name) => existsSync(`${folder}/node_modules/${name.split('@')[0]}`))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/package.json`, '{"private":true}');
  await run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages], {
    cwd: folder,
    timeout: INSTALL_MS,
  });
  return folder;
}

export async function installFromPyPi(packages: string[]): Promise<string> {
  const folder = `${cache}pypi`;
  if (existsSync(`${folder}/esia_connector`)) return folder;
  mkdirSync(folder, { recursive: true });
  await run('python3', ['-m', 'pip', 'install', '--quiet', '--target', folder, ...packages], { timeout: INSTALL_MS });
  return folder;
}

/** Runs one of the drivers beside the tests; what it prints is JSON. */
export async function drive(command: string, driver: string, args: string[]): Promise<Record<string, any>> {
  const { stdout } = await run(command, [`${drivers}${driver}`, ...args], { timeout: 30_000 });
  return JSON.parse(stdout) as Record<string, any>;
}
