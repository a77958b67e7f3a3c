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

type Header = readonly [name: string, value: string];

const forAll: Header[] = [
  ['x-content-type-options', 'nosniff'],
  // Whatever may be kept says so itself.
  ['cache-control', 'no-store'],
];

const forBrowsers: Header[] = [
  ['content-security-policy', contentPolicy],
  ['cross-origin-opener-policy', 'same-origin'],
  ['origin-agent-cluster', '?1'],
  ['referrer-policy', 'no-referrer'],
  ['x-dns-prefetch-control', 'off'],
  ['x-frame-options', 'DENY'],
  ['x-permitted-cross-domain-policies', 'none'],
  ['permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()'],
];

const transport: Header = ['strict-transport-security', 'max-age=31536000; includeSubDomains'];

/** `programPaths` answer client systems with JSON alone, and more often than everything else together. */
export function createSecurityHeaders(issuer: string, programPaths: ReadonlySet<string>): Middleware {
  const basic = issuer.startsWith('https:') ? [...forAll, transport] : forAll;
  const all = [...basic, ...forBrowsers];
  return ({ req, res }, next) => {
    for (const [name, value] of programPaths.has(req.url!) ? basic : all) res.setHeader(name, value);
    return next();
  };
}
