import helmet from 'helmet';
import type { Middleware } from 'koa';

/**
 * No inline script or style anywhere. There is no `form-action`: browsers apply it to the redirects after a post too, and
 * a sign-in has to end at the client's address.
 */
export function createSecurityHeaders(issuer: string): Middleware {
  const apply = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'https:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: issuer.startsWith('https:') ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    crossOriginEmbedderPolicy: false,
    crossOriginResourcePolicy: false,
    xFrameOptions: { action: 'deny' },
  });
  return (ctx, next) => {
    apply(ctx.req, ctx.res, () => {});
    // Whatever may be kept says so itself.
    ctx.set('cache-control', 'no-store');
    ctx.set('permissions-policy', 'camera=(), microphone=(), geolocation=(), payment=()');
    return next();
  };
}
