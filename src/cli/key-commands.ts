import type { Answer, Call, Command } from '#src/cli/command.ts';
import { table } from '#src/cli/texts.ts';

export const keyCommands: Command[] = [
  { name: 'keys list', takes: [], says: 'list signing keys', options: {}, optionsSay: {}, run: list },
  {
    name: 'keys rotate',
    takes: [],
    says: 'put the next keys to use now',
    options: { alg: { type: 'string' }, force: { type: 'boolean' } },
    optionsSay: {
      alg: 'ES256 or RS256 alone',
      force: 'even when the next key is too new for caches: when a key may have leaked',
    },
    run: rotate,
  },
];

async function list({ api }: Call): Promise<Answer> {
  const { json } = await api.call('GET', '/keys');
  return { json, text: keysText(json.keys) };
}

async function rotate({ api, values: { alg, force } }: Call): Promise<Answer> {
  const { json } = await api.call('POST', '/keys/rotations', { alg, force });
  return { json, text: `Rotated ${json.rotated.join(' and ')}.\n\n${keysText(json.keys)}` };
}

function keysText(keys: Record<string, string>[]): string {
  const day = (moment: string | undefined) => moment?.slice(0, 16).replace('T', ' ') ?? '';
  const rows = keys.map(({ kid, alg, status, created_at, activated_at }) => [
    alg!,
    status!,
    day(created_at),
    day(activated_at),
    kid!,
  ]);
  return table([['alg', 'status', 'published (UTC)', 'in use since', 'kid'], ...rows]);
}
