import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readCertificate, type Certificate } from '#src/platform/signatures/certificate.ts';

/** Whose certificates count, and whom we may ask whether they still do. */
export interface TrustList {
  roots: Certificate[];
  intermediates: Buffer[];
  crls: Buffer[];
  /** `host` or `host:port`, lower case: no other is ever called. */
  hosts: ReadonlySet<string>;
}

/**
 * The folder that an operator keeps: `roots` and `intermediates` (DER or PEM), `crls` (DER), and `hosts`, a file with one
 * host in a line. Read anew at every use, so that what was renewed counts at once.
 */
export async function readTrustList(folder: string): Promise<TrustList> {
  const [roots, intermediates, crls] = await Promise.all(
    ['roots', 'intermediates', 'crls'].map((part) => readAll(join(folder, part))),
  );
  const hosts = await readFile(join(folder, 'hosts'), 'utf8').catch(absent(''));
  return {
    roots: certificatesIn(roots!),
    intermediates: certificatesIn(intermediates!).map(({ der }) => der),
    crls: crls!,
    hosts: new Set(hosts.split('\n').map(bare).filter(Boolean)),
  };
}

/** Comments begin with a number sign. */
function bare(line: string): string {
  return line.replace(/#.*/, '').trim().toLowerCase();
}

async function readAll(folder: string): Promise<Buffer[]> {
  const names = await readdir(folder).catch(absent<string[]>([]));
  return Promise.all(names.map((name) => readFile(join(folder, name))));
}

function absent<T>(instead: T) {
  return (error: NodeJS.ErrnoException): T => {
    if (error.code === 'ENOENT') return instead;
    throw error;
  };
}

function certificatesIn(files: Buffer[]): Certificate[] {
  return files.flatMap((file) => {
    const read = readCertificate(file);
    return read.ok ? [read.certificate] : [];
  });
}
