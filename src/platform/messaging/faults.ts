import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeliveryError, type Sender } from '#src/platform/messaging/sender.ts';

export const faultTargets = ['sms', 'email', 'letter', 'registry', 'authority'] as const;
export type FaultTarget = (typeof faultTargets)[number];

export const faultModes = ['fail', 'slow', 'duplicate', 'off'] as const;
export type FaultMode = (typeof faultModes)[number];

/** The sandbox's switch for gateway trouble, so that clients and tests see what people see then. */
export class Faults {
  readonly #modes = new Map<FaultTarget, FaultMode>();
  readonly #slowMs: number;

  constructor({ slowMs = 8000 } = {}) {
    this.#slowMs = slowMs;
  }

  set(target: FaultTarget, mode: FaultMode): void {
    this.#modes.set(target, mode);
  }

  mode(target: FaultTarget): FaultMode {
    return this.#modes.get(target) ?? 'off';
  }

  wrap(target: FaultTarget, sender: Sender): Sender {
    const closing = new AbortController();
    return {
      send: async (message) => {
        const mode = this.mode(target);
        if (mode === 'fail') throw new DeliveryError('sandbox_fault', { permanent: false });
        if (mode === 'slow') await sleep(this.#slowMs, undefined, { signal: closing.signal }).catch(refuseClosed);
        await sender.send(message);
        // Under another id, as from a gateway that does not remember what it took.
        if (mode === 'duplicate') await sender.send({ ...message, id: randomUUID() });
      },
      close: async () => {
        closing.abort();
        await sender.close();
      },
    };
  }
}

function refuseClosed(error: unknown): never {
  throw new DeliveryError('closed', { permanent: false, cause: error });
}
