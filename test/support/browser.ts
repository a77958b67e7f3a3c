import assert from 'node:assert/strict';

/** A page as a person without script sees it. */
export interface View {
  url: string;
  status: number;
  html: string;
  headers: Headers;
}

/** A browser without script: cookies by path, forms by their ids, redirects followed one by one. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, { name: string; value: string; path: string }>();
  /** Every address visited, in order. */
  readonly visited: string[] = [];
  /** Every Set-Cookie header received. */
  readonly setCookies: string[] = [];
  headers: Record<string, string> = { accept: 'text/html', 'accept-language': 'en' };

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Follows redirects on our origin; an address elsewhere, or one that `stopAt` names, is answered and not visited. */
  async open(path: string, { stopAt }: { stopAt?: string } = {}): Promise<View> {
    return this.#follow(await this.request('GET', path), stopAt);
  }

  async submit(
    view: View,
    values: Record<string, string | undefined> = {},
    { form = 0, stopAt }: { form?: number | string; stopAt?: string } = {},
  ): Promise<View> {
    const { action, fields } = formIn(view, form);
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...fields, ...values }))
      if (value !== undefined) body.set(name, value);
    return this.#follow(await this.request('POST', new URL(action, view.url).href, body), stopAt);
  }

  /** One request, no redirect followed. */
  async request(
    method: string,
    address: string,
    body?: URLSearchParams,
    headers: Record<string, string> = {},
  ): Promise<View> {
    const url = new URL(address, this.#origin);
    const answer = await fetchFresh(url, {
      method,
      body,
      redirect: 'manual',
      headers: {
        ...this.headers,
        ...(body ? { origin: this.#origin } : {}),
        ...headers,
        cookie: this.cookieHeader(url),
      },
    });
    this.visited.push(url.href);
    for (const line of answer.headers.getSetCookie()) this.#store(line, url);
    return { url: url.href, status: answer.status, html: await answer.text(), headers: answer.headers };
  }

  cookieHeader({ pathname }: URL): string {
    return [...this.#cookies.values()]
      .filter(({ path }) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }

  cookie(name: string): string | undefined {
    return [...this.#cookies.values()].find((cookie) => cookie.name === name)?.value;
  }

  setCookie(name: string, value: string, path = '/'): void {
    this.#cookies.set(`${name};${path}`, { name, value, path });
  }

  /** As if the answer that set it had never come. */
  forget(name: string): void {
    for (const [key, cookie] of this.#cookies) if (cookie.name === name) this.#cookies.delete(key);
  }

  /** Another tab of the same browser shares everything; this is another browser with a copy of the cookies. */
  clone(): Browser {
    const copy = new Browser(this.#origin);
    for (const { name, value, path } of this.#cookies.values()) copy.setCookie(name, value, path);
    return copy;
  }

  async #follow(view: View, stopAt?: string): Promise<View> {
    let current = view;
    for (let hops = 0; hops < 15; hops++) {
      const location = current.headers.get('location');
      if (!location) return current;
      const next = new URL(location, current.url);
      if (next.origin !== this.#origin || (stopAt && next.href.startsWith(stopAt)))
        return { ...current, url: next.href };
      current = await this.request('GET', next.href);
    }
    throw new Error(`too many redirects: ${current.url}`);
  }

  #store(line: string, url: URL): void {
    this.setCookies.push(line);
    const [pair, ...attributes] = line.split(/;\s*/);
    const [name, value] = [pair!.slice(0, pair!.indexOf('=')), pair!.slice(pair!.indexOf('=') + 1)];
    const attribute = (wanted: string) =>
      attributes.find((one) => one.toLowerCase().startsWith(`${wanted}=`))?.slice(wanted.length + 1);
    const path = attribute('path') ?? url.pathname;
    const expires = attribute('expires');
    const isGone = value === '' || (expires !== undefined && new Date(expires).getTime() <= Date.now());
    if (isGone) this.#cookies.delete(`${name};${path}`);
    else this.#cookies.set(`${name};${path}`, { name, value, path });
  }
}

/** The form by position among the page's own forms (the language form aside), or by the id of a control in it. */
export function formIn(view: View, wanted: number | string): { action: string; fields: Record<string, string> } {
  const forms = [...view.html.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].filter(
    ([, attributes]) => !/action="\/language"/.test(attributes!),
  );
  const found =
    typeof wanted === 'number' ? forms[wanted] : forms.find(([, , body]) => body!.includes(`id="${wanted}"`));
  assert.ok(found, `no form ${wanted} at ${view.url} (${view.status}): ${textOf(view).slice(0, 300)}`);
  const [, attributes, body] = found;
  const fields = Object.fromEntries(
    [...body!.matchAll(/<input\b([^>]*)>/g)].flatMap(([, input]) => {
      const name = attributeOf(input!, 'name');
      const type = attributeOf(input!, 'type');
      if (!name || ((type === 'checkbox' || type === 'radio') && !/\bchecked\b/.test(input!))) return [];
      return [[name, decode(attributeOf(input!, 'value') ?? '')]];
    }),
  );
  return { action: decode(attributeOf(attributes!, 'action') ?? view.url), fields };
}

export function textOf({ html }: View): string {
  return decode(
    html
      .replace(/<(script|style)[\s\S]*?<\/\1>/g, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' '),
  ).trim();
}

export function has(view: View, id: string): boolean {
  return new RegExp(`id="${id}"`).test(view.html);
}

export function hrefOf(view: View, id: string): string {
  const tag = [...view.html.matchAll(/<a\b[^>]*>/g)]
    .map(([found]) => found)
    .find((found) => found.includes(`id="${id}"`));
  assert.ok(tag, `no link ${id} at ${view.url}`);
  return decode(attributeOf(tag, 'href')!);
}

function attributeOf(attributes: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1];
}

function decode(text: string): string {
  return text
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;|&#34;/g, '"')
    .replace(/&amp;/g, '&');
}

/** A kept connection may have gone stale while the test was computing; the server closed it before it saw the request. */
async function fetchFresh(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { code?: string };
    if (code !== 'ECONNRESET') throw error;
    return fetch(url, init);
  }
}
