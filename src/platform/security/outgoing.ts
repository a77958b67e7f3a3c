import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import type { Config } from '#src/platform/config/config.ts';

const TIMEOUT_MS = 2500;

export type Fetch = (input: URL | RequestInfo, init?: RequestInit) => Promise<Response>;

/**
 * Calls to addresses that others named: key sets, sector documents, logout notices of clients; revocation lists. Refuses
 * our own network (RFC 6890), follows no redirect and waits two and a half seconds at most, so that nobody can steer us
 * inside (M6). In the sandbox the developer's own laptop is where the clients are.
 * @param plain also without TLS, for answers that are signed themselves.
 */
export function fetchPublic({ sandbox }: Pick<Config, 'sandbox'>, { plain = false } = {}): Fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!sandbox) await refusePrivate(url, plain);
    // The library's own dispatcher refuses loopback when it connects; on the developer's laptop that is where clients are.
    const dispatcher = sandbox ? { dispatcher: undefined } : {};
    const signals = [AbortSignal.timeout(TIMEOUT_MS), init.signal].filter((signal) => signal != null);
    return fetch(url, { ...init, ...dispatcher, redirect: 'error', signal: AbortSignal.any(signals) });
  };
}

async function refusePrivate({ protocol, hostname }: URL, plain: boolean): Promise<void> {
  if (protocol !== 'https:' && !(plain && protocol === 'http:')) throw new Error('only https addresses are called');
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
