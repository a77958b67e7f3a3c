import assert from 'node:assert/strict';
import { Browser, has, hrefOf, textOf } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';

describe('service centres', () => {
  let house: House;
  let browser: Browser;

  before(async () => {
    house = await House.open();
  });
  beforeEach(() => {
    browser = new Browser(house.origin);
  });
  after(() => house.close());

  const search = (query: Record<string, string>) => browser.open(`/service-centres?${new URLSearchParams(query)}`);

  it('P20: begins with the cities, and in a city names address, hours, phone and a map', async () => {
    const cities = await browser.open('/service-centres');
    assert.match(textOf(cities), /Арзамас 1 centre/);
    assert.match(textOf(cities), /Москва 3 centres/);
    const page = await search({ city: 'Арзамас' });
    assert.match(textOf(page), /Арзамас ул. Ленина, 21 Rostelecom office/);
    assert.match(textOf(page), /Mon–Fri 09:00–18:00/);
    assert.match(page.html, /href="tel:\+78001000800"/);
    assert.match(page.html, /href="https:\/\/yandex\.ru\/maps\//);
  });

  it('P20: leaves out those that do not do what is needed', async () => {
    const page = await search({ city: 'Москва', service: 'create' });
    assert.ok(has(page, 'centre-msk-tverskaya') && !has(page, 'centre-msk-myasnitskaya'));
    const none = await search({ city: 'Арзамас', service: 'create' });
    assert.ok(has(none, 'no-centres'));
    assert.doesNotMatch(textOf(none), /Арзамас 1/);
  });

  it('P21: says what to bring', async () => {
    assert.match(textOf(await browser.open('/service-centres')), /passport.*SNILS, if you have one/);
  });

  it('takes whatever stands in the address for nothing wanted', async () => {
    for (const query of ['city=<b>', 'service=everything']) {
      const page = await browser.open(`/service-centres?${query}`);
      assert.equal(page.status, 200);
      assert.doesNotMatch(page.html, /<b>/);
    }
    assert.equal((await browser.open('/service-centres?city=a&city=b')).status, 200);
  });

  it('P20: is found from the help page', async () => {
    assert.equal(hrefOf(await browser.open('/help'), 'centres-link'), '/service-centres');
  });
});
