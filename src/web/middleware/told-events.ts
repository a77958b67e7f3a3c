import type { ServiceCentres } from '#src/platform/config/service-centres.ts';
import type { PastEvent } from '#src/identity/audit/audit.ts';
import type { Clients } from '#src/identity/clients/clients.ts';
import { isOwnClient } from '#src/protocols/oidc/own-clients.ts';
import type { Page } from '#src/web/middleware/page.ts';

export interface ToldEvent {
  id: number;
  event: string;
  at: string;
  text: string;
  client: string | undefined;
}

interface TellDeps {
  clients: Clients;
  centres: ServiceCentres;
}

/** What happened, in the reader's words and without anything secret. */
export async function tellEvent(
  page: Page,
  { id, at, event, clientId, details }: PastEvent,
  { clients, centres }: TellDeps,
): Promise<ToldEvent> {
  const name = clientId && !isOwnClient(clientId) ? (await clients.find(clientId))?.metadata.client_name : undefined;
  const precise = Object.values(details).map((detail) => `history.${event}.${String(detail)}`);
  const key = precise.find((one) => page.translator.has(one)) ?? `history.${event}`;
  return {
    id,
    event,
    at: page.translator.dateTime(at),
    text: page.translator.has(key) ? page.t(key, spoken(page, details, centres)) : page.t('history.other', { event }),
    client: name === undefined ? undefined : String(name),
  };
}

function spoken(page: Page, { by, role, purpose, office }: Record<string, unknown>, centres: ServiceCentres) {
  const say = (key: string, code: unknown) => (page.translator.has(key) ? page.t(key) : String(code ?? ''));
  const centre = centres.get(String(office ?? ''));
  const place = centre ? [`${centre.city}, ${centre.address}`] : [];
  return {
    by: [say(`operator-role.${String(by)}`, by), ...place].join(', '),
    role: say(`operator-role.${String(role)}`, role),
    purpose: say(`look-purpose.${String(purpose)}`, purpose),
  };
}
