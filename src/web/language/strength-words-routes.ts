import Router from '@koa/router';
import { z } from 'zod';
import { languages, type Translations } from '#src/platform/i18n/translator.ts';

const names = 'weak fair good strong common personal repeats runs dates more'.split(' ');
const wanted = z.object({ language: z.enum(languages) });

/** What the script says of a password's strength: fetched by whoever types one, so that no page has to carry it. */
export function createStrengthWordsRoutes({ translations }: { translations: Translations }): Router {
  const router = new Router();

  router.get('/password-strength', (ctx, next) => {
    const query = wanted.safeParse(ctx.query);
    if (!query.success) return next();
    const translator = translations.for(query.data.language);
    ctx.set('cache-control', 'public, max-age=3600');
    ctx.body = Object.fromEntries(names.map((name) => [name, translator.t(`create-password.strength.${name}`)]));
    return undefined;
  });

  return router;
}
