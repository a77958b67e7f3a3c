import { ACCOUNT_CLIENT_ID, ACCOUNT_RETURN_PATH, accountClient } from '#src/protocols/oidc/account-client.ts';
import { CONSOLE_CLIENT_ID, CONSOLE_RETURN_PATH, consoleClient } from '#src/protocols/oidc/console-client.ts';

const returnPaths: Record<string, string> = {
  [ACCOUNT_CLIENT_ID]: ACCOUNT_RETURN_PATH,
  [CONSOLE_CLIENT_ID]: CONSOLE_RETURN_PATH,
};

/** Parts of this product that are clients of its own provider. They are no site that anybody is asked about. */
export function ownClients(issuer: string, name: string) {
  return [accountClient(issuer, name), consoleClient(issuer, name)];
}

export function isOwnClient(clientId: unknown): boolean {
  return typeof clientId === 'string' && Object.hasOwn(returnPaths, clientId);
}

export function ownReturnPath(clientId: unknown): string | undefined {
  return isOwnClient(clientId) ? returnPaths[clientId as string] : undefined;
}
