import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../src/', import.meta.url));

/** Each floor may use those below it; inside identity each line may use the lines below it. */
const floors = ['platform', 'identity', 'protocols', 'sandbox', 'web'];
const identityLines = [
  ['audit'],
  ['captchas', 'codes', 'sessions'],
  ['accounts', 'factors', 'devices', 'clients', 'client-requests', 'holds', 'support'],
  ['certificates'],
  ['verification', 'organisations', 'credentials', 'consents', 'contacts', 'approvals'],
  ['protection', 'operators'],
  ['visits', 'reviews', 'app-locks'],
  ['recovery', 'registration', 'closing'],
  ['restoring'],
];
/** Packages and who may import them. */
const owners: Record<string, RegExp> = {
  'oidc-provider': /^(protocols\/oidc\/|app\.ts$)/,
  kysely: /^platform\/storage\/|-store\.ts$/,
  ioredis: /^platform\/storage\//,
  ejs: /^platform\/pages\//,
  koa: /^(web\/|protocols\/|platform\/pages\/|app\.ts$)/,
  '@koa/router': /^(web\/|protocols\/|app\.ts$)/,
};
const doors = new Set([
  'main.ts',
  'worker.ts',
  'cli.ts',
  'app.ts',
  'services.ts',
  'server.ts',
  'start.ts',
  'banner.ts',
]);
const emptyNames = /^(index|utils?|helpers?|common|types|constants)\.ts$/;

interface Import {
  from: string;
  to: string;
}

describe('the laws of the house', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.d.ts'),
  );
  const imports = files.flatMap(importsOf);
  const ours = imports.filter(({ to }) => !isPackage(to));

  it('1: an import never climbs a floor, nor a line inside identity, nor enters a neighbour inside web', () => {
    const climbing = ours.filter(
      ({ from, to }) => !doors.has(from) && !from.startsWith('jobs/') && !from.startsWith('cli/') && climbs(from, to),
    );
    assert.deepEqual(climbing.map(say), [], 'imports go down only');
  });

  it('1: jobs use services and rooms, never web; nothing but the doors imports a door', () => {
    const wrong = ours.filter(
      ({ from, to }) =>
        (from.startsWith('jobs/') && to.startsWith('web/')) || (isDoor(to) && !isDoor(from) && !isTypeOnly(from, to)),
    );
    assert.deepEqual(wrong.map(say), []);
  });

  it('1: the command line uses the platform and speaks to a running server; only its door imports it', () => {
    const wrong = ours.filter(
      ({ from, to }) =>
        (from.startsWith('cli/') && !/^(cli|platform)\//.test(to)) ||
        (to.startsWith('cli/') && !/^(cli\/|cli\.ts$)/.test(from)),
    );
    assert.deepEqual(wrong.map(say), []);
  });

  it('2: a store is imported only from its own folder', () => {
    const wrong = ours.filter(({ from, to }) => to.endsWith('-store.ts') && dirname(from) !== dirname(to));
    assert.deepEqual(wrong.map(say), []);
  });

  it('3: each library has its owners', () => {
    const wrong = imports.filter(({ from, to }) => owners[to] && !owners[to].test(from));
    assert.deepEqual(wrong.map(say), []);
  });

  it('3: the environment is read in platform/config only', () => {
    const readers = files.filter(
      (file) => !file.startsWith('platform/config/') && /\bprocess\.env\b/.test(textOf(file)),
    );
    assert.deepEqual(readers, []);
  });

  it('4: no file named index, utils, helpers, common, types or constants, and no default export', () => {
    assert.deepEqual(
      files.filter((file) => emptyNames.test(file.split('/').at(-1)!)),
      [],
    );
    assert.deepEqual(
      files.filter((file) => /^export default\b/m.test(textOf(file))),
      [],
    );
  });
});

function importsOf(file: string): Import[] {
  const specifiers = [
    ...textOf(file).matchAll(/^(?:import|export)\s[^;]*?from '([^']+)';|\bimport\('([^']+)'\)/gm),
  ].map(([, stated, dynamic]) => (stated ?? dynamic)!);
  return specifiers.map((specifier) => ({ from: file, to: resolve(file, specifier) }));
}

function resolve(file: string, specifier: string): string {
  if (specifier.startsWith('#src/')) return specifier.slice('#src/'.length);
  if (specifier.startsWith('.')) return relative(root, join(root, dirname(file), specifier));
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function climbs(from: string, to: string): boolean {
  const [fromFloor, fromRoom] = from.split('/') as [string, string];
  const [toFloor, toRoom] = to.split('/') as [string, string];
  if (!floors.includes(toFloor)) return !doors.has(to);
  if (floors.indexOf(toFloor) > floors.indexOf(fromFloor)) return true;
  if (fromFloor !== toFloor || fromRoom === toRoom) return false;
  if (fromFloor === 'web') return toRoom !== 'middleware';
  if (fromFloor === 'protocols') return fromRoom === 'oidc';
  if (fromFloor === 'identity') return lineOf(toRoom) >= lineOf(fromRoom);
  return false;
}

function lineOf(room: string): number {
  const line = identityLines.findIndex((rooms) => rooms.includes(room));
  assert.notEqual(line, -1, `identity/${room} stands on no line: add it to test/architecture.test.ts and the README`);
  return line;
}

function isTypeOnly(from: string, to: string): boolean {
  return new RegExp(`^import type [^;]*from '#src/${to}'`, 'm').test(textOf(from));
}

function isDoor(file: string): boolean {
  return doors.has(file);
}

function isPackage(to: string): boolean {
  return !to.endsWith('.ts');
}

function say({ from, to }: Import): string {
  return `src/${from} must not import ${to}`;
}

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}
