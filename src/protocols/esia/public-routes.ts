import Router from '@koa/router';
import type { MarkerKeys } from '#src/protocols/esia/marker-keys.ts';

/** Our certificates for checking markers, as PEM; the key set in JSON is the provider's own. */
export function createPublicRoutes({ keys, name }: { keys: MarkerKeys; name: string }): Router {
  const router = new Router();
  const rsa = () => keys.certificates(name).rsa;
  const files: [string, () => string][] = [
    // The first is what signs now; readers that expect one certificate in a file read the first.
    ['/public/esia.pem', () => rsa().join('')],
    ['/public/esia.crt', () => rsa()[0]!],
    ['/public/esia.pub', () => keys.publicKey()],
    ['/public/esia-gost.pem', () => keys.certificates(name).gost],
  ];
  for (const [path, pem] of files) {
    router.get(path, (ctx) => {
      ctx.set('cache-control', 'public, max-age=600');
      ctx.type = 'application/x-pem-file';
      ctx.body = pem();
    });
  }
  router.get('/public/jwks.json', (ctx) => ctx.redirect('/.well-known/jwks.json'));
  return router;
}
