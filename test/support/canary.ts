import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A listener that notes what arrives; by default it should stay silent. */
export class Canary {
  readonly requests: { method: string; path: string; body: string; bytes: Buffer; at: number }[] = [];
  readonly #server;

  private constructor(answer: (request: IncomingMessage, response: ServerResponse, count: number) => void) {
    this.#server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        const bytes = Buffer.concat(parts);
        const [method, path, body] = [request.method!, request.url!, bytes.toString()];
        this.requests.push({ method, path, body, bytes, at: performance.now() });
        answer(request, response, this.requests.length);
      });
    });
  }

  static async listen(
    answer: (request: IncomingMessage, response: ServerResponse, count: number) => void = (_, response) =>
      void response.end('{}'),
  ): Promise<Canary> {
    const canary = new Canary(answer);
    await new Promise<void>((listening) => canary.#server.listen(0, '127.0.0.1', listening));
    // A test that failed before it closed this must not keep the run alive.
    canary.#server.unref();
    return canary;
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }
}
