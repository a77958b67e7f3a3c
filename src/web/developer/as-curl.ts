import type { ClientRequest } from '#src/identity/client-requests/client-request.ts';

/** The request as a command for a shell, with what the log masks still masked (C5). */
export function asCurl({ method, path, parameters }: ClientRequest, issuer: string): string {
  const fields = Object.entries(parameters).map(([name, value]) => `--data-urlencode ${quoted(`${name}=${value}`)}`);
  const bearer = path.startsWith('/rs/') ? [`-H 'authorization: Bearer …'`] : [];
  const words = [method === 'GET' ? 'curl -i -G' : 'curl -i', quoted(`${issuer}${path}`), ...bearer, ...fields];
  return words.join(' \\\n  ');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
