import assert from 'node:assert/strict';
import { Browser, formIn, has, type View } from '#test/support/browser.ts';
import { House } from '#test/support/house.ts';
import { anna, settle } from '#test/support/people.ts';
import { NEW_PASSWORD } from '#test/support/recovering.ts';
import { manyMessages } from '#test/support/registering.ts';
import { appCode, enrol } from '#test/support/second-factor.ts';

const STEPS = 150;
const settings = {
  codes: { ...manyMessages, failuresPerDay: 100 },
  recovery: { lookUpsPerBrowser: 100_000, lookUpsPerAddress: 100_000, startsPerAddress: 100_000, answersPerDay: 20 },
};
/** Of an account with everything, and of the thief's own, which asks for the same but for the second factor. */
const victim = { phone: '+79120000001', email: 'victim@example.test', passport: '4510000001', snils: '11223344595' };
const thief = { phone: '+79120000002', email: 'thief@example.test', passport: '4510000002', snils: '11223344696' };
const ANSWER = 'Мурзик';

/**
 * Somebody who knows every number and answer of another person, but has neither their phone, nor their mail, nor their
 * authenticator, presses whatever there is in any order, in two browsers, beside a journey of their own and the owner's.
 */
describe('E4: random walks over every address of recovery', function () {
  this.timeout(360_000);
  let house: House;
  let ids: { victim: string; thief: string };
  let random: () => number;
  const tokens = new Map<Browser, string>();

  beforeEach(async () => {
    house = await House.open({ settings });
    const [one, other] = [await account(victim), await account(thief)];
    ids = { victim: one.id, thief: other.id };
    await enrol(house, one, 'totp');
  });
  afterEach(() => house.close());

  for (const seed of [1, 2])
    it(`E4: ${STEPS} steps, walk ${seed}: the password changes only by every proof of that account in that journey`, async () => {
      random = generator(seed);
      const owner = new Browser(house.origin);
      const mine = [new Browser(house.origin), new Browser(house.origin)];
      const flows = [flowIn(await find(owner, { contact: victim.phone }))];
      const [before, own] = [await generationOf(ids.victim), await generationOf(ids.thief)];
      for (let i = 0; i < STEPS; i++) {
        const browser = random() < 0.8 ? mine[0]! : mine[1]!;
        const view = await any(acts(browser, flows))();
        assert.ok(view.status < 500, `${view.status} ${view.url}`);
        flows.push(...flowsIn(view).filter((flow) => view.status < 400 && !flows.includes(flow)));
        assert.equal(await generationOf(ids.victim), before, `step ${i}: ${view.url}`);
      }
      assert.ok((await generationOf(ids.thief)) > own, 'the walk is free enough to end a journey of its own');
    });

  function acts(browser: Browser, flows: string[]): (() => Promise<View>)[] {
    // Mostly the journey under way, often an older one, at times the owner's.
    const flow = any([...Array.from({ length: 7 }, () => flows.at(-1)!), ...flows.slice(-3), flows[0]!]);
    const post = (path: string, fields: Record<string, string>) => postTo(browser, path, fields);
    const numbers = [victim.passport, victim.snils, thief.passport, thief.snils];
    const contact = () => any([victim.phone, victim.email, thief.phone, thief.phone, thief.email]);
    const passwords = { 'new-password': NEW_PASSWORD, 'new-password-repeat': NEW_PASSWORD };
    const factor = {
      with: any(['totp', 'sms', 'backup_code', 'passkey']),
      code: appCode('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'),
    };
    const further = [
      () => goOn(browser, flow),
      () => goOn(browser, flow),
      () => goOn(browser, flow),
      async () => post(`/recover/${flow}/code`, { code: (await sentToThief()).code }),
      async () => post((await sentToThief()).link, {}),
      () => post(`/recover/${flow}/document`, { 'document-number': any(numbers) }),
      () => post(`/recover/${flow}/answer`, { 'security-answer': ANSWER }),
      () => post(`/recover/${flow}/password`, passwords),
    ];
    const around = [
      () => find(browser, { contact: contact() }),
      () => find(browser, { contact: contact(), 'document-number': any(numbers) }),
      () => find(browser, { 'recover-by': 'snils', 'document-number': any([victim.snils, thief.snils]) }),
      () => post(`/recover/${flow}/resend`, { channel: any(['email', 'phone', 'other']) }),
      () => post(`/recover/${flow}/another-way`, { 'document-number': any(numbers) }),
      () => post(`/recover/${flow}/channel`, { channel: any(['email', 'phone']) }),
      () => post(`/recover/${flow}/factor`, factor),
      () => post(`/recover/${flow}/factor/resend`, factor),
      () => post(`/recover/${flow}/suggestion`, {}),
    ];
    return flows.length > 1 && random() < 0.75 ? further : around;
  }

  /** What the page asks for, as far as the thief has it. */
  async function goOn(browser: Browser, flow: string): Promise<View> {
    const page = await browser.open(`/recover/${flow}`);
    const path = `/recover/${flow}`;
    if (has(page, 'password-submit'))
      return postTo(browser, `${path}/password`, { 'new-password': NEW_PASSWORD, 'new-password-repeat': NEW_PASSWORD });
    if (has(page, 'answer-submit')) return postTo(browser, `${path}/answer`, { 'security-answer': ANSWER });
    if (has(page, 'document-submit'))
      return postTo(browser, `${path}/document`, { 'document-number': any([victim.snils, thief.snils]) });
    const { code, link } = await sentToThief();
    return has(page, 'code-submit') ? postTo(browser, `${path}/code`, { code }) : postTo(browser, link, {});
  }

  async function account({ phone, email, passport, snils }: typeof victim) {
    const person = await settle(house, {
      ...anna,
      contacts: [
        { kind: 'phone', value: phone },
        { kind: 'email', value: email },
      ],
      documents: { rf_passport: passport, snils },
    });
    await house.services.securitySettings.setQuestion(person.id, { listed: 'pet' }, ANSWER);
    return person;
  }

  async function find(browser: Browser, values: Record<string, string>): Promise<View> {
    const page = await browser.open('/recover');
    return browser.submit(page, { captcha: 'sandbox', ...values }, { form: 'find-submit' });
  }

  async function postTo(browser: Browser, path: string, fields: Record<string, string>): Promise<View> {
    if (!tokens.has(browser)) tokens.set(browser, formIn(await browser.open('/recover'), 'find-submit').fields.csrf!);
    const body = new URLSearchParams({ csrf: tokens.get(browser)!, ...fields });
    const view = await browser.request('POST', path, body);
    const location = view.headers.get('location');
    return location?.startsWith('/recover') ? browser.open(location) : view;
  }

  /** The newest code and link that reached the thief. */
  async function sentToThief(): Promise<{ code: string; link: string }> {
    const messages = [...(await house.messages(thief.phone)), ...(await house.messages(thief.email))];
    const link = messages.flatMap(({ links }) => links).find((one) => one.includes('/recover/link/'));
    return {
      code: messages.find(({ code }) => code)?.code ?? '000000',
      link: link ? new URL(link).pathname : '/recover/link/none',
    };
  }

  async function generationOf(id: string): Promise<number> {
    return (await house.services.accounts.find(id))!.generation;
  }

  function any<T>(list: readonly T[]): T {
    return list[Math.floor(random() * list.length)]!;
  }
});

function flowIn(view: View): string {
  return flowsIn(view)[0]!;
}

function flowsIn({ url }: View): string[] {
  return [...url.matchAll(/\/recover\/([\w-]{43})(?=\/|$)/g)].map(([, id]) => id!);
}

/** The same walk each time for the same seed. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
