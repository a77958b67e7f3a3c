import { dirname, resolve } from 'node:path';
import { UsageError } from '#src/cli/command.ts';
import { readCertificate, readJson, readYaml } from '#src/cli/files.ts';

export interface ClientsFile {
  clients: Record<string, unknown>[];
  prune: boolean;
}

/**
 * A list of clients, or `clients:` with `prune:` beside it. Instead of a certificate or a key set `@file` may stand, seen
 * from the folder of the file.
 */
export function readClientsFile(path: string): ClientsFile {
  const content = (readYaml(path) ?? {}) as { clients?: unknown; prune?: unknown } | unknown[];
  const { clients, prune = false, ...rest } = Array.isArray(content) ? { clients: content } : content;
  const unknown = Object.keys(rest);
  if (unknown.length > 0)
    throw new UsageError(`${path}: there is no ${unknown.join(', ')} at the top; only clients and prune`);
  if (typeof prune !== 'boolean') throw new UsageError(`${path}: prune is true or false`);
  if (!Array.isArray(clients)) throw new UsageError(`${path}: write a list of clients, each with its client_id`);
  const folder = dirname(resolve(path));
  return { prune, clients: clients.map((client, i) => resolveFiles(folder, client, `${path}: client ${i + 1}`)) };
}

function resolveFiles(folder: string, client: unknown, where: string): Record<string, unknown> {
  if (typeof client !== 'object' || client === null || Array.isArray(client))
    throw new UsageError(`${where} is not a list of members`);
  const resolved: Record<string, any> = { ...client };
  if (resolved.client_id === undefined) throw new UsageError(`${where} has no client_id`);
  if (isFile(resolved.jwks)) resolved.jwks = readJson(resolve(folder, resolved.jwks.slice(1)));
  const certificates: unknown = resolved.esia?.certificates;
  if (Array.isArray(certificates))
    resolved.esia = {
      ...resolved.esia,
      certificates: certificates.map((one) =>
        isFile(one) ? readCertificate(resolve(folder, one.slice(1))) : (one as unknown),
      ),
    };
  return resolved;
}

function isFile(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('@');
}
