import type { Middleware } from 'koa';

/**
 * No inline script or style anywhere. There is no `form-action`: browsers apply it to the redirects after a post too, and
 * a sign-in has to end at the client's address.
 */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: https:",
  "media-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join(';');

const headers: [string, string][] = [
  ['content-security-policy', contentPolicy],
  ['cross-origin-opener-policy', 'same-origin'],
  ['origin-agent-cluster', '?1'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
  ['x-dns-prefetch-control', 'off'],
  ['x-frame-options', 'DENY'],
  ['x-permitted-cross-domain-policies', 'none'],
  // Whatever may be kept says so itself.
  ['cache-control', 'no-store'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()'],
];

export function createSecurityHeaders(issuer: string): Middleware {
  const all = issuer.startsWith('https:')
    ? [...headers, ['strict-transport-security', 'max-age=31536000; includeSubDomains'] as const]
    : headers;
  return ({ res }, next) => {
    for (const [name, value] of all) res.setHeader(name, value);
    return next();
  };
}
