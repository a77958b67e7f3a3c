import Router from '@koa/router';
import { z } from 'zod';
import { centreServices, type ServiceCentre, type ServiceCentres } from '#src/platform/config/service-centres.ts';
import type { Page, Pages } from '#src/web/middleware/page.ts';

const filter = z.object({
  city: z.string().max(100).catch(''),
  service: z.enum(centreServices).or(z.literal('')).catch(''),
});

/** Where to go with papers (P20, P21): cities, and in a city its centres, as a plain list. */
export function createServiceCentresRoutes({ pages, centres }: { pages: Pages; centres: ServiceCentres }): Router {
  const router = new Router();
  const all = [...centres.values()];

  router.get('/service-centres', async (ctx) => {
    const page = pages.of(ctx);
    const wanted = filter.parse(ctx.query);
    const serving = all.filter(({ services }) => wanted.service === '' || services.includes(wanted.service));
    const found = serving.filter(({ city }) => city === wanted.city);
    await page.show('support/service-centres', {
      values: wanted,
      cityOptions: [['', page.t('service-centres.all')], ...citiesOf(all).map(({ city }) => [city, city])],
      serviceOptions: ['', ...centreServices].map((one) => [one, page.t(`service-centres.service.${one || 'any'}`)]),
      cities: citiesOf(serving),
      centres: found.map((centre) => describe(page, centre)),
    });
  });

  return router;
}

function citiesOf(centres: ServiceCentre[]): { city: string; count: number }[] {
  const names = [...new Set(centres.map(({ city }) => city))];
  return names
    .map((city) => ({ city, count: centres.filter((one) => one.city === city).length }))
    .sort((one, other) => one.city.localeCompare(other.city, 'ru'));
}

function describe(page: Page, { id, kind, address, services, phone, hours, at: [lat, lon] }: ServiceCentre) {
  return {
    id,
    kind: page.t(`service-centres.kind.${kind}`),
    address,
    services: services.map((one) => page.t(`service-centres.service.${one}`)),
    phone,
    hours: hours.map(({ days: [first, last], from, to }) => ({
      days: [...new Set([first, last])].map((one) => page.t(`weekday.${one}`)).join('–'),
      time: `${from}–${to}`,
    })),
    mapUrl: `https://yandex.ru/maps/?pt=${lon},${lat}&z=17`,
  };
}
