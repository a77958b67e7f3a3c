import { readSecret } from '#src/platform/config/config.ts';
import { ConfigurationError } from '#src/platform/errors.ts';

/** Where the operator's command line calls, and with what right. */
export interface OperatorSettings {
  /** Without a trailing slash. */
  url: string;
  token: string;
  /** Where the command was typed: npm runs it in the folder of the program. */
  folder: string;
}

/** @throws ConfigurationError when the token would travel where others can read it. */
export function loadOperatorSettings(): OperatorSettings {
  const { ESIA_URL, ISSUER, PORT, INIT_CWD } = process.env;
  const url = (ESIA_URL || ISSUER || `http://localhost:${PORT || 3000}`).replace(/\/+$/, '');
  const token = readSecret('ADMIN_TOKEN') ?? SANDBOX_TOKEN;
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol))
    throw new ConfigurationError(['ESIA_URL is not an address; write for example https://id.example.org']);
  if (token !== SANDBOX_TOKEN && isReadable(new URL(url)))
    throw new ConfigurationError([
      'ESIA_URL is not https: everybody on the way could read ADMIN_TOKEN; write https://…',
    ]);
  return { url, token, folder: INIT_CWD || process.cwd() };
}

/** What the sandbox takes for a token. */
export const SANDBOX_TOKEN = 'sandbox';

function isReadable({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}
