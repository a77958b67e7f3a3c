import { UsageError, type Answer, type Call, type Command } from '#src/cli/command.ts';
import { table } from '#src/cli/texts.ts';

export const operatorCommands: Command[] = [
  {
    name: 'operator add',
    takes: ['login', 'role'],
    says: 'give a role to a confirmed account; login is its phone or e-mail',
    options: { office: { type: 'string' }, reason: { type: 'string' } },
    optionsSay: {
      office: 'id of the service centre (config/service-centres.yaml); a clerk has one',
      reason: 'needed when there are two administrators, who would do it in the console; raises an alarm',
    },
    run: add,
  },
  { name: 'operator list', takes: [], says: 'list who has which role', options: {}, optionsSay: {}, run: list },
  {
    name: 'operator remove',
    takes: ['id'],
    says: 'end a role, at once and everywhere; the id stands in the list',
    options: { yes: { type: 'boolean' } },
    optionsSay: { yes: 'really' },
    run: remove,
  },
];

async function add({ api, args: [login, role], values: { office, reason } }: Call): Promise<Answer> {
  const { json } = await api.call('POST', '/operators', { login, role, office, reason });
  return { json, text: `${login} is ${role}${office ? ` at ${String(office)}` : ''}.\n\n${rolesText([json])}` };
}

async function list({ api }: Call): Promise<Answer> {
  const { json } = await api.call('GET', '/operators');
  return { json, text: json.operators.length === 0 ? 'No operators yet.' : rolesText(json.operators) };
}

async function remove({ api, args: [id], values }: Call): Promise<Answer> {
  if (!values.yes) throw new UsageError('this ends the role at once; say --yes');
  await api.call('DELETE', `/operators/${encodeURIComponent(id!)}`);
  return { json: { id }, text: `${id} is ended.` };
}

function rolesText(roles: Record<string, string | null>[]): string {
  const rows = roles.map(({ id, oid, role, office, given_at }) => [
    id!,
    String(oid),
    role!,
    office ?? '',
    given_at!.slice(0, 16).replace('T', ' '),
  ]);
  return table([['id', 'oid', 'role', 'office', 'since (UTC)'], ...rows]);
}
