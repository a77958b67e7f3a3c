import { UsageError, type Answer, type Call, type Command } from '#src/cli/command.ts';
import { readClientsFile } from '#src/cli/clients-file.ts';
import { describePlan, table } from '#src/cli/texts.ts';

const planned = {
  options: { tag: { type: 'string' } },
  optionsSay: { tag: 'carry out only the plan that named this tag' },
} as const;

export const registerCommands: Command[] = [
  { name: 'plan', takes: ['clients.yaml'], says: 'show what apply would do', options: {}, optionsSay: {}, run: plan },
  {
    name: 'apply',
    takes: ['clients.yaml'],
    says: 'bring the register to what the file says, all or nothing',
    ...planned,
    run: apply,
  },
  {
    name: 'versions',
    takes: [],
    says: 'list what was applied, newest first',
    options: {},
    optionsSay: {},
    run: versions,
  },
  {
    name: 'rollback',
    takes: ['version'],
    says: 'undo every version after this one; 0 undoes all',
    options: { ...planned.options, 'dry-run': { type: 'boolean' } },
    optionsSay: { ...planned.optionsSay, 'dry-run': 'show what it would do' },
    run: rollback,
  },
];

async function plan({ api, args: [path] }: Call): Promise<Answer> {
  const { json } = await api.call('PUT', '/clients?dry_run=true', readClientsFile(path!));
  const hint = json.changes.length > 0 ? `\nTo do just this: apply ${path} --tag ${json.tag}` : '';
  return { json, text: describePlan(json.changes) + hint };
}

async function apply({ api, args: [path], values }: Call): Promise<Answer> {
  const file = readClientsFile(path!);
  const tag = (values.tag as string | undefined) ?? (await api.call('PUT', '/clients?dry_run=true', file)).json.tag;
  const { json } = await api.call('PUT', '/clients', file, tag);
  return { json, text: describeDone(json) };
}

async function versions({ api }: Call): Promise<Answer> {
  const { json } = await api.call('GET', '/client-versions');
  const rows = json.versions.map((version: Record<string, any>) => [
    String(version.version),
    version.at.slice(0, 19).replace('T', ' '),
    version.rolled_back_to === null ? '' : `back to ${version.rolled_back_to}`,
    version.changes.map(({ client_id, action }: Record<string, string>) => `${action} ${client_id}`).join(', '),
  ]);
  return {
    json,
    text: rows.length === 0 ? 'Nothing was applied yet.' : table([['version', 'at (UTC)', '', 'changes'], ...rows]),
  };
}

async function rollback({ api, args: [number], values }: Call): Promise<Answer> {
  if (!/^\d{1,9}$/.test(number!)) throw new UsageError('a version is a number; see versions');
  const form = { version: Number(number) };
  const { json: wanted } = await api.call('POST', '/client-rollbacks?dry_run=true', form);
  if (values['dry-run']) return { json: wanted, text: describePlan(wanted.changes) };
  const { json } = await api.call('POST', '/client-rollbacks', form, (values.tag as string | undefined) ?? wanted.tag);
  return { json, text: describeDone(json) };
}

function describeDone({ changes, version, secrets }: Record<string, any>): string {
  if (version === null) return describePlan(changes);
  const made = Object.entries(secrets as Record<string, string>).map(([id, secret]) => `  ${id}  ${secret}`);
  const told = made.length === 0 ? '' : `\n\nNew secrets, shown now and never again:\n${made.join('\n')}`;
  return `${describePlan(changes)}\n\nDone. This is version ${version}.${told}`;
}
