import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { Config } from '#src/platform/config/config.ts';

const TIMEOUT_MS = 2500;

/**
 * Calls to addresses that clients registered: key sets, sector documents, logout notices. Refuses our own network
 * (RFC 6890), follows no redirect and waits two and a half seconds at most, so that nobody can steer us inside (M6). In
 * the sandbox the developer's own laptop is where the clients are.
 */
export function fetchPublic({ sandbox }: Pick<Config, 'sandbox'>) {
  return async (input: URL | RequestInfo, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!sandbox) await refusePrivate(url);
    // The library's own dispatcher refuses loopback when it connects; on the developer's laptop that is where clients are.
    const dispatcher = sandbox ? { dispatcher: undefined } : {};
    return fetch(url, { ...init, ...dispatcher, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  };
}

async function refusePrivate({ protocol, hostname }: URL): Promise<void> {
  if (protocol !== 'https:') throw new Error('only https addresses are called');
  const host = hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await lookup(host, { all: true });
  if (addresses.some(({ address, family }) => isPrivate(address, family)))
    throw new Error('private addresses are not called');
}

function isPrivate(address: string, family: number): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return privateRanges.check(mapped, 'ipv4');
  return privateRanges.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

const privateRanges = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  privateRanges.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 96],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  privateRanges.addSubnet(net, bits, 'ipv6');
