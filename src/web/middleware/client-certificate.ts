import type { Context } from 'koa';
import type { Config } from '#src/platform/config/config.ts';

export interface ClientCertificate {
  certificate: Buffer;
  others: Buffer[];
}

/** What proxies call it, besides RFC 9440's names: gone from every request, whoever sent it. */
const KNOWN_NAMES = [
  'client-cert',
  'client-cert-chain',
  'x-client-cert',
  'x-forwarded-client-cert',
  'x-ssl-cert',
  'x-ssl-client-cert',
  'ssl-client-cert',
];

/**
 * The certificate that a browser showed to a proxy of ours. It counts only when the connection comes from an address that
 * the settings name; nobody else can send one, and no further code ever sees the header (A12).
 */
export function takeClientCertificate(esign: Config['esign']): (ctx: Context) => void {
  const { certificateHeader, certificateProxies } = esign;
  const proxies = new Set(certificateProxies.split(',').map((one) => one.trim()));
  const names = [...new Set([certificateHeader, ...KNOWN_NAMES])].filter(Boolean);
  return ({ req, state }) => {
    const { headers } = req;
    const peer = (req.socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
    if (certificateHeader && proxies.has(peer)) {
      const [certificate, ...more] = readCertificates(headers[certificateHeader]);
      const others = readCertificates(headers['client-cert-chain']);
      if (certificate && more.length === 0) state.clientCertificate = { certificate, others };
    }
    for (const name of names) if (name in headers) delete headers[name];
  };
}

export function clientCertificateOf(ctx: Context): ClientCertificate | undefined {
  return ctx.state.clientCertificate as ClientCertificate | undefined;
}

/** Byte sequences (RFC 9440 section 2, RFC 8941 section 3.3.5), or PEM in percent-encoding, which is what nginx has. */
function readCertificates(header: string | string[] | undefined): Buffer[] {
  if (typeof header !== 'string' || header === '') return [];
  if (/^-----BEGIN(%20|\+)CERTIFICATE-----[\w%+/=.-]+$/.test(header)) return [fromPem(header)];
  const parts = header.split(',').map((part) => /^:([A-Za-z0-9+/]+={0,2}):$/.exec(part.trim())?.[1]);
  return parts.every((part) => part !== undefined) ? parts.map((part) => Buffer.from(part, 'base64')) : [];
}

function fromPem(encoded: string): Buffer {
  const body = encoded.replaceAll('%0A', '').replaceAll('%2B', '+').replaceAll('%2F', '/').replaceAll('%3D', '=');
  return Buffer.from(/-----BEGIN.{1,3}CERTIFICATE-----(.*?)-----END/.exec(body)?.[1] ?? '', 'base64');
}
