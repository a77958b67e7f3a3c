/** The part of node-gost-crypto 1.0 that is used here, its digests; the package has no types of its own. */
declare module 'node-gost-crypto/lib/gostDigest.js' {
  interface DigestAlgorithm {
    name: 'GOST R 34.11';
    version: 1994 | 2012;
    length: 256 | 512;
  }

  export default class GostDigest {
    constructor(algorithm: DigestAlgorithm);
    digest(bytes: Uint8Array): ArrayBuffer;
  }
}
