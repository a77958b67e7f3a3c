import { UsageError, type Answer, type Call, type Command } from '#src/cli/command.ts';
import { clientOptions, clientOptionsSay, toMetadata } from '#src/cli/client-options.ts';
import { describeClient, table } from '#src/cli/texts.ts';

const written = { options: clientOptions, optionsSay: clientOptionsSay };
const bare = { options: {}, optionsSay: {} };

export const clientCommands: Command[] = [
  { name: 'client add', takes: ['client_id'], says: 'register a client', ...written, run: add },
  { name: 'client show', takes: ['client_id'], says: 'show a client', ...bare, run: show },
  { name: 'client list', takes: [], says: 'list clients', ...bare, run: list },
  { name: 'client update', takes: ['client_id'], says: 'change what the options name', ...written, run: update },
  {
    name: 'client remove',
    takes: ['client_id'],
    says: 'remove a client, and what people allowed it',
    options: { yes: { type: 'boolean' } },
    optionsSay: { yes: 'really' },
    run: remove,
  },
  { name: 'client secret', takes: ['client_id'], says: 'make a new secret; the old one ends', ...bare, run: renew },
];

async function add({ api, args: [id], values }: Call): Promise<Answer> {
  const { json } = await api.call('POST', '/clients', { ...toMetadata(values), client_id: id });
  return { json, text: `${id} is registered.\n\n${describeClient(json)}${secretText(json)}` };
}

async function show({ api, args: [id] }: Call): Promise<Answer> {
  const { json } = await api.call('GET', pathOf(id!));
  return { json, text: describeClient(json) };
}

async function list({ api }: Call): Promise<Answer> {
  const clients: Record<string, any>[] = [];
  for (let path: string | undefined = '/clients?limit=500'; path;) {
    const { json } = await api.call('GET', path);
    clients.push(...json.clients);
    path = (json.next as string | undefined)?.replace('/admin/api/v1', '');
  }
  const rows = clients.map((client) => [
    client.client_id,
    client.minimum_tier ?? '',
    client.esia ? 'ESIA' : 'OpenID',
    client.client_name ?? '',
  ]);
  return {
    json: { clients },
    text: clients.length === 0 ? 'No clients yet.' : table([['client_id', 'tier', 'dialect', 'name'], ...rows]),
  };
}

/** Whoever else changes it meanwhile is not written over. */
async function update({ api, args: [id], values }: Call): Promise<Answer> {
  if (Object.keys(values).every((name) => !(name in clientOptions)))
    throw new UsageError('nothing to change; name it, for example --minimum-tier confirmed');
  const before = await api.call('GET', pathOf(id!));
  const { json } = await api.call('PUT', pathOf(id!), toMetadata(values, before.json), before.etag);
  return { json, text: `${id} is changed.\n\n${describeClient(json)}${secretText(json)}` };
}

async function remove({ api, args: [id], values }: Call): Promise<Answer> {
  if (!values.yes) throw new UsageError(`this removes ${id} and what people allowed it; add --yes`);
  await api.call('DELETE', pathOf(id!));
  return { json: { removed: id }, text: `${id} is removed.` };
}

async function renew({ api, args: [id] }: Call): Promise<Answer> {
  const { json } = await api.call('POST', `${pathOf(id!)}/secret`, {});
  return { json, text: `The old secret of ${id} ended.${secretText(json)}` };
}

function pathOf(id: string): string {
  return `/clients/${encodeURIComponent(id)}`;
}

function secretText({ client_secret: secret }: { client_secret?: string }): string {
  return secret === undefined ? '' : `\n\nSecret, shown now and never again:\n  ${secret}`;
}
