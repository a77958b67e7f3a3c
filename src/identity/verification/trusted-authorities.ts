import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyChain } from '#src/platform/signatures/chain.ts';
import { readCertificate, type Certificate } from '#src/platform/signatures/certificate.ts';

/**
 * The authorities whose certificates count, in a folder that the operator keeps: `roots` and `intermediates` (DER or PEM)
 * and `crls` (DER), renewed by whatever fetches them. Read anew at every use, so a list that was renewed counts at once;
 * where no list speaks for a certificate, it does not count.
 */
export class TrustedAuthorities {
  readonly #folder: string;

  /** @param folder empty: nobody is trusted, and signatures are not offered. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  get isOffered(): boolean {
    return this.#folder !== '';
  }

  /** The holder's certificate, when a trusted root stands behind it at that moment. */
  async verified(certificate: Buffer, others: Buffer[], at: Date): Promise<Certificate | undefined> {
    const [roots, intermediates, crls] = await Promise.all(
      ['roots', 'intermediates', 'crls'].map((part) => this.#read(part)),
    );
    const trusted = certificatesIn(roots!);
    const known = certificatesIn(intermediates!).map(({ der }) => der);
    const verdict = verifyChain({ certificate, intermediates: [...others, ...known], trusted, crls: crls!, at });
    return verdict.ok ? verdict.chain[0] : undefined;
  }

  async #read(part: string): Promise<Buffer[]> {
    const folder = join(this.#folder, part);
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    return Promise.all(names.map((name) => readFile(join(folder, name))));
  }
}

function certificatesIn(files: Buffer[]): Certificate[] {
  return files.flatMap((file) => {
    const read = readCertificate(file);
    return read.ok ? [read.certificate] : [];
  });
}
