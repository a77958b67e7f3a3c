import { randomInt } from 'node:crypto';
import type { Clock } from '#src/platform/clock.ts';
import type { Budgets } from '#src/platform/security/budgets.ts';
import type { Flow, Flows } from '#src/platform/storage/flows.ts';
import { auditEvent } from '#src/identity/audit/audit-event.ts';
import type { Audit } from '#src/identity/audit/audit.ts';
import type { Devices } from '#src/identity/devices/devices.ts';
import type { Notices } from '#src/identity/protection/notices.ts';

/** Where a code was started, and may be collected: nowhere else (H2). */
export interface QrStart {
  interaction: string;
  browser: string;
  deviceSecret: string | undefined;
  deviceName: string | undefined;
  client: { id: string; name: string; host: string };
}

/** Who says yes on the phone, and how they proved who they are there. */
export interface Approver {
  accountId: string;
  amr: string[];
  generation: number;
}

type QrStatus = 'waiting' | 'approved' | 'denied' | 'dead';

export interface QrRecord extends QrStart {
  startedAt: string;
  status: QrStatus;
  /** Shown on the computer; the phone offers it among others. */
  number: string;
  offered: string[];
  wrong: number;
  /** When the phone showed it first. */
  seenAt?: string;
  approver?: Approver;
}

export type QrVerdict = 'done' | 'wrong' | 'too_soon' | 'over';

interface QrSignInsDeps {
  clock: Clock;
  flows: Flows;
  budgets: Budgets;
  devices: Devices;
  notices: Notices;
  audit: Audit;
}

const FLOW = 'qr-sign-in';
export const QR_SECONDS = 120;
const QR_DELAY_SECONDS = 10;
const TRIES = 3;
const startsPerAddress = { name: 'qr-starts', limit: 20, windowSeconds: 600 };

/** Sign-in on a computer, allowed from a phone where the person is signed in (L9 to L11). */
export class QrSignIns {
  readonly #deps: QrSignInsDeps;

  constructor(deps: QrSignInsDeps) {
    this.#deps = deps;
  }

  /** The earlier code of this browser is dead at once. Undefined: too many from this address. */
  async start(at: QrStart, address: string, earlier: string | undefined): Promise<string | undefined> {
    const { flows, budgets, clock } = this.#deps;
    if (earlier !== undefined && (await this.at(earlier, at))) await flows.take(FLOW, earlier);
    if (!(await budgets.take(startsPerAddress, address))) return undefined;
    const record: QrRecord = { ...at, ...draw(), status: 'waiting', wrong: 0, startedAt: clock.now().toISOString() };
    return flows.create(FLOW, record, QR_SECONDS);
  }

  /** As the computer sees it. Undefined: over, or started in another browser or request. */
  async at(token: string, { interaction, browser }: Pick<QrStart, 'interaction' | 'browser'>) {
    const record = (await this.#find(token))?.record;
    return record?.interaction === interaction && record.browser === browser ? record : undefined;
  }

  /** For exactly one caller, after approval. */
  async collect(token: string, at: Pick<QrStart, 'interaction' | 'browser'>): Promise<Approver | undefined> {
    if ((await this.at(token, at))?.status !== 'approved') return undefined;
    return (await this.#deps.flows.take<QrRecord>(FLOW, token))?.approver;
  }

  /** As the phone sees it. A computer that is new to the account has to be looked at for some seconds. */
  async see(token: string, accountId: string): Promise<{ record: QrRecord; waitSeconds: number } | undefined> {
    const flow = await this.#find(token);
    if (flow?.record.status !== 'waiting') return undefined;
    const { record } = flow;
    if (record.seenAt === undefined) {
      const seenAt = this.#deps.clock.now().toISOString();
      if (!(await this.#deps.flows.replace(flow, { ...record, seenAt }))) return this.see(token, accountId);
      record.seenAt = seenAt;
    }
    return { record, waitSeconds: await this.#waitFor(record, accountId) };
  }

  /** Right for exactly one caller. A wrong number changes the numbers, so that trying all of them leads nowhere. */
  async approve(token: string, approver: Approver, number: string): Promise<QrVerdict> {
    const { flows, audit } = this.#deps;
    const flow = await this.#find(token);
    if (flow?.record.status !== 'waiting') return 'over';
    const { record } = flow;
    if ((await this.#waitFor(record, approver.accountId)) > 0) return 'too_soon';
    const isRight = number === record.number;
    const wrong = record.wrong + 1;
    const changed: QrRecord = isRight
      ? { ...record, status: 'approved', approver }
      : { ...record, ...draw(), wrong, status: wrong >= TRIES ? 'dead' : 'waiting' };
    if (!(await flows.replace(flow, changed))) return this.approve(token, approver, number);
    await audit.record(auditEvent.qrAnswered(approver.accountId, record.client.id, isRight ? 'approved' : 'wrong'));
    if (isRight) return 'done';
    return changed.status === 'dead' ? 'over' : 'wrong';
  }

  async deny(token: string, { accountId }: Pick<Approver, 'accountId'>): Promise<void> {
    const { flows, audit } = this.#deps;
    const flow = await this.#find(token);
    if (flow?.record.status !== 'waiting') return;
    if (!(await flows.replace(flow, { ...flow.record, status: 'denied' }))) return this.deny(token, { accountId });
    await audit.record(auditEvent.qrAnswered(accountId, flow.record.client.id, 'denied'));
    await this.#deps.notices.qrDenied(accountId);
  }

  async #waitFor({ seenAt, deviceSecret }: QrRecord, accountId: string): Promise<number> {
    if ((await this.#deps.devices.idOf(accountId, deviceSecret)) !== undefined) return 0;
    if (seenAt === undefined) return QR_DELAY_SECONDS;
    const gone = (this.#deps.clock.now().getTime() - new Date(seenAt).getTime()) / 1000;
    return Math.max(0, Math.ceil(QR_DELAY_SECONDS - gone));
  }

  async #find(token: string): Promise<Flow<QrRecord> | undefined> {
    return this.#deps.flows.find<QrRecord>(FLOW, token);
  }
}

/** Two digits, and two others beside them in any order. */
function draw(): { number: string; offered: string[] } {
  const offered = new Set<string>();
  while (offered.size < 3) offered.add(String(randomInt(10, 100)));
  const numbers = [...offered];
  return { number: numbers[randomInt(numbers.length)]!, offered: numbers };
}
