import { flows, jwtToken, logIn, meet } from '#test/bench/flows.ts';
import type { Target } from '#test/bench/target.ts';
import { UnexpectedAnswer } from '#test/bench/visitor.ts';
import { atRate, type Latency } from '#test/bench/windows.ts';

export interface Crowd {
  loginsPerSecond: number;
  /** Told to come back in a moment, because too many passwords were waiting. */
  turnedAway: number;
  /** Of a token request, while all the others sign in. */
  jwt: Latency;
}

/** Fifty people sign in at once with real password hashing; does a client system that wants a token notice? */
export async function crowd(target: Target, people: number, ms: number): Promise<Crowd> {
  const [client, ...visitors] = [...target.visitors(1), ...target.visitors(people)];
  for (const visitor of visitors) await meet(visitor);
  await target.setHashing(true);
  const startedAt = performance.now();
  let [logins, turnedAway] = [0, 0];
  const signingIn = visitors.map(async (visitor) => {
    while (performance.now() < startedAt + ms) {
      if (await isServed(logIn(visitor))) logins++;
      else turnedAway++;
    }
  });
  const jwt = flows.find(({ run }) => run === jwtToken)!;
  const clients = Array.from({ length: 50 }, () => client!);
  const latency = await atRate(jwt, clients, 40, ms);
  await Promise.all(signingIn);
  const seconds = (performance.now() - startedAt) / 1000;
  await target.setHashing(false);
  return { loginsPerSecond: logins / seconds, turnedAway, jwt: latency };
}

async function isServed(login: Promise<void>): Promise<boolean> {
  try {
    await login;
    return true;
  } catch (error) {
    if (error instanceof UnexpectedAnswer && error.status === 503) return false;
    throw error;
  }
}
