/** The part of smpp 0.5 that is used here; the package has no types of its own. */
declare module 'smpp' {
  import type { EventEmitter } from 'node:events';
  import type { Server as NetServer } from 'node:net';

  export interface Pdu {
    command: string;
    command_status: number;
    sequence_number: number;
    isResponse(): boolean;
    response(fields?: Record<string, unknown>): Pdu;
    [field: string]: unknown;
  }

  export type Request = (fields: Record<string, unknown>, onResponse: (response: Pdu) => void) => boolean;

  /** Emits `connect` or `secureConnect`, `error`, `close`, `pdu`, and each received command by its name. */
  export interface Session extends EventEmitter {
    bind_transceiver: Request;
    submit_sm: Request;
    enquire_link: Request;
    unbind: Request;
    /** False when the socket is no longer writable; the callback then never comes. */
    send(pdu: Pdu): boolean;
    close(onClosed?: () => void): void;
    destroy(onClosed?: () => void): void;
  }

  export interface ConnectOptions {
    host: string;
    port?: number;
    tls?: boolean;
    servername?: string;
  }

  const smpp: {
    connect(options: ConnectOptions): Session;
    createServer(onSession: (session: Session) => void): NetServer;
  };
  export default smpp;
}
