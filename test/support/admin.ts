import type { House } from '#test/support/house.ts';
import { send, type Answer } from '#test/support/protocol.ts';

/** The admin API as an operator's script calls it. */
export function adminApi(house: House, token = 'sandbox') {
  const headers = { authorization: `Bearer ${token}` };
  const call =
    (method: string) =>
    (path: string, body?: unknown, more: Record<string, string> = {}): Promise<Answer> =>
      send(house, `/admin/api/v1${path}`, {
        method,
        headers: { ...headers, ...more, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
  const get = call('GET');
  const remove = call('DELETE');
  return {
    headers,
    get: (path: string) => get(path),
    post: call('POST'),
    put: call('PUT'),
    delete: (path: string, more: Record<string, string> = {}) => remove(path, undefined, more),
  };
}
