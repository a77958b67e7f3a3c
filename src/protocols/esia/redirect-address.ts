/** A redirect address that belongs to the client. Undefined: not one. Only the domain is registered, never the path. */
export function allowedRedirect(address: string, { hosts, isHttpAllowed }: RedirectRules): URL | undefined {
  if (!URL.canParse(address) || /[\\\s]/.test(address)) return undefined;
  const url = new URL(address);
  if (!['https:', 'http:'].includes(url.protocol) || url.username || url.password || url.hash) return undefined;
  if (url.protocol === 'http:' && !isHttpAllowed && !isLoopback(url.hostname)) return undefined;
  return hosts.some((host) => isSameHost(host, url)) ? url : undefined;
}

export interface RedirectRules {
  hosts: readonly string[];
  isHttpAllowed: boolean;
}

/** Our parameters go behind whatever query the client has. */
export function withParameters(address: string, parameters: Record<string, string | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.set(name, value);
  const separator = address.includes('?') ? (/[?&]$/.test(address) ? '' : '&') : '?';
  return `${address}${separator}${query}`;
}

export function isSameOrigin(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin;
}

/** On the developer's own machine ports change with every run. */
function isSameHost(host: string, url: URL): boolean {
  if (host === url.host) return true;
  if (host === `${url.hostname}:${url.protocol === 'https:' ? 443 : 80}`) return true;
  return host === url.hostname && isLoopback(url.hostname);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]';
}
