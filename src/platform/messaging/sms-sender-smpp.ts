import type { Logger } from '#src/platform/logger.ts';
import { DeliveryError, type OutgoingMessage, type Sender } from '#src/platform/messaging/sender.ts';
import type { SmppLink, SmppAccount } from '#src/platform/messaging/smpp-link.ts';

interface SmppOptions {
  /** smpp://system_id:password@host:2775, or smpps:// for TLS. */
  url: string;
  /** A name of up to 11 letters, a short number or a phone number. */
  from: string;
  logger: Logger;
  timeoutMs?: number;
  enquireMs?: number;
}

/** What one `short_message` may hold; longer texts go as `message_payload` and the gateway cuts them. */
const SHORT_OCTETS = 140;
const UCS2 = 8;

/** Refusals that say: this message never (bad length, addresses, permanently rejected). Everything else may pass. */
const permanentRefusals = new Set([0x01, 0x0a, 0x0b, 0x33, 0x34, 0x48, 0x49, 0x50, 0x51, 0x65, 0x66]);

/** Whoever has another gateway need not load the protocol. */
async function bind(account: SmppAccount): Promise<SmppLink> {
  return (await import('#src/platform/messaging/smpp-link.ts')).SmppLink.bind(account);
}

/** SMS over SMPP 3.4. One link, bound at the first message and again after a loss. */
export class SmppSmsSender implements Sender {
  readonly #account: SmppAccount;
  readonly #from: string;
  #link: Promise<SmppLink> | undefined;

  constructor({ url, from, logger, timeoutMs = 5000, enquireMs = 30_000 }: SmppOptions) {
    this.#account = { ...parseAddress(url), logger, timeoutMs, enquireMs };
    this.#from = from;
  }

  async send({ to, text, validForSeconds }: OutgoingMessage): Promise<void> {
    const link = await this.#boundLink();
    const { command_status: status } = await link.request('submit_sm', {
      ...sourceAddress(this.#from),
      dest_addr_ton: 1,
      dest_addr_npi: 1,
      destination_addr: to.replace(/\D/g, ''),
      validity_period: relativeTime(validForSeconds),
      // Always UCS-2: gateways disagree about the default alphabet, and the `@` of the autofill line is where they differ.
      data_coding: UCS2,
      ...body(Buffer.from(text, 'utf16le').swap16()),
    });
    if (status !== 0) throw new DeliveryError(`smpp_${status}`, { permanent: permanentRefusals.has(status) });
  }

  async close(): Promise<void> {
    const link = await this.#link?.catch(() => undefined);
    this.#link = undefined;
    await link?.close();
  }

  /** Messages sent while the link comes up share it. */
  async #boundLink(): Promise<SmppLink> {
    const link = (this.#link ??= bind(this.#account));
    const forget = () => {
      if (this.#link === link) this.#link = undefined;
    };
    const bound = await link.catch((error: unknown) => {
      forget();
      throw error;
    });
    if (bound.isOpen) return bound;
    forget();
    return this.#boundLink();
  }
}

function parseAddress(url: string) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const tls = protocol === 'smpps:' || protocol === 'ssmpp:';
  return {
    host: hostname,
    port: Number(port) || (tls ? 3550 : 2775),
    tls,
    systemId: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
}

/** Type of number: alphanumeric 5, a short number 3, international 1. */
function sourceAddress(from: string) {
  const isNumber = /^\+?\d+$/.test(from);
  const type = isNumber ? (from.length < 8 ? 3 : 1) : 5;
  return {
    source_addr_ton: type,
    source_addr_npi: type === 1 ? 1 : 0,
    source_addr: isNumber ? from.replace('+', '') : from,
  };
}

/** Relative time of SMPP, `YYMMDDhhmmss000R`; the package adds the missing ends. */
function relativeTime(seconds: number): string {
  const days = Math.floor(seconds / 86_400);
  const time = new Date((seconds % 86_400) * 1000).toISOString().slice(11, 19).replaceAll(':', '');
  return `${String(days).padStart(2, '0')}${time}`;
}

function body(octets: Buffer) {
  return octets.length <= SHORT_OCTETS ? { short_message: octets } : { short_message: '', message_payload: octets };
}
