import { flows, jwtToken, logIn, meet } from '#test/bench/flows.ts';
import type { Target } from '#test/bench/target.ts';
import { atRate, type Latency } from '#test/bench/windows.ts';

export interface Crowd {
  loginsPerSecond: number;
  /** Of a token request, while all the others sign in. */
  jwt: Latency;
}

/** Fifty people sign in at once with real password hashing; does a client system that wants a token notice? */
export async function crowd(target: Target, people: number, ms: number): Promise<Crowd> {
  const [client, ...visitors] = [...target.visitors(1), ...target.visitors(people)];
  for (const visitor of visitors) await meet(visitor);
  await target.setHashing(true);
  const startedAt = performance.now();
  let logins = 0;
  const signingIn = visitors.map(async (visitor) => {
    for (; performance.now() < startedAt + ms; logins++) await logIn(visitor);
  });
  const jwt = flows.find(({ run }) => run === jwtToken)!;
  const clients = Array.from({ length: 50 }, () => client!);
  const latency = await atRate(jwt, clients, 40, ms);
  await Promise.all(signingIn);
  const seconds = (performance.now() - startedAt) / 1000;
  await target.setHashing(false);
  return { loginsPerSecond: logins / seconds, jwt: latency };
}
