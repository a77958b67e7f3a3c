import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { consoleAreas } from '#src/app.ts';
import { roles, type Role } from '#src/identity/operators/operator.ts';
import { ConsoleRouter, type ConsoleRoute } from '#src/web/middleware/console-router.ts';
import { Browser } from '#test/support/browser.ts';
import { atWork } from '#test/support/console.ts';
import { House } from '#test/support/house.ts';

const workers: Partial<Record<Role, string>> = {
  clerk: 'clerk',
  reviewer: 'reviewer',
  support: 'support',
  security_officer: 'security',
  administrator: 'admin',
};
const web = new URL('../../src/web/', import.meta.url);

describe('K1: the console is closed to everybody who is not named', () => {
  let house: House;
  let routes: ConsoleRoute[];

  before(async () => {
    house = await House.open();
    await house.services.sandbox!.people.settle();
    routes = consoleAreas(house.services).flatMap((area) => area.routes);
  });
  after(() => house.close());

  it('K1: the matrix of roles and routes is the one that docs/operators.md states', () => {
    const text = readFileSync(new URL('../../docs/operators.md', import.meta.url), 'utf8');
    const written = text.split('\n').filter((line) => /^\| (GET|POST) /.test(line));
    assert.deepEqual(written, routes.map(line), 'write these lines into docs/operators.md, or mend the policies');
  });

  it('K1: a route without a policy cannot be built', () => {
    const router = new ConsoleRouter({ prefix: '/console/x', entry: 'x' });
    const bare = router as unknown as { get(path: string, handler: unknown): void };
    assert.throws(() => bare.get('/', () => {}), /says not whom it is for/);
    assert.throws(() => router.get('/', { roles: [], office: 'any' }, () => {}), /says not whom it is for/);
  });

  it('K1: no other router answers below /console', () => {
    const files = readdirSync(web, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    const others = files.filter((file) =>
      /new Router\([^)]*\/console|router\.(get|post|use|all)\('\/console(?!\/signed-in)/.test(
        readFileSync(new URL(file, web), 'utf8'),
      ),
    );
    assert.deepEqual(others, []);
  });

  it('K1: each role meets exactly the routes that name it', async () => {
    for (const role of roles) {
      const worker = workers[role];
      if (worker === undefined) continue;
      const browser = await atWork(house, worker);
      for (const { method, path, policy } of routes.filter((route) => !route.path.endsWith('/sign-out'))) {
        const { status } = await visit(browser, method, path);
        assert.equal(status === 403, !policy.roles.includes(role), `${role} ${method} ${path}: ${status}`);
      }
    }
  });

  it('K1: without a session of the console every route only leads to its sign-in', async () => {
    const browser = new Browser(house.origin);
    await browser.open('/help');
    for (const { method, path } of routes) {
      const answer = await visit(browser, method, path);
      assert.equal(answer.status, 303, `${method} ${path}`);
      assert.match(answer.headers.get('location')!, /^\/oauth2\/auth\?client_id=console&/);
    }
  });

  it('K1: an address that nobody declared is not there', async () => {
    const browser = await atWork(house, 'admin');
    assert.equal((await browser.open('/console/nothing-here')).status, 404);
  });
});

function line({ method, path, policy }: ConsoleRoute): string {
  const who = policy.roles.length === roles.length ? 'everybody' : policy.roles.join(', ');
  return `| ${method} | \`${path}\` | ${who} | ${policy.office} | ${policy.isFresh ? 'yes' : ''} |`;
}

/** Posts come with the token of some form of this browser, so that nothing but the role can refuse them. */
async function visit(browser: Browser, method: string, path: string) {
  const address = path.replaceAll(/:\w+/g, '00000000-0000-7000-8000-000000000000');
  if (method === 'GET') return browser.request('GET', address);
  const page = await browser.open('/help');
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)![1]!;
  return browser.request('POST', address, new URLSearchParams({ csrf }));
}
