import type { Translator } from '#src/platform/i18n/translator.ts';
import type { Message } from '#src/platform/messaging/message.ts';
import type { Letterhead } from '#src/platform/messaging/sender.ts';
import { emailHtml } from '#src/platform/messaging/email-html.ts';

export interface Content {
  text: string;
  subject?: string;
  html?: string;
  letter?: Letterhead;
}

interface Circumstances {
  translator: Translator;
  issuer: string;
  serviceName: string;
}

/** The message in the person's language. Throws when a text is missing or a link leads elsewhere than to us. */
export function composeMessage(message: Message, { translator, issuer, serviceName }: Circumstances): Content {
  const { host, hostname } = new URL(issuer);
  const args = { service: serviceName, site: host, ...message.args };
  const key = `message.${message.name}`;
  if (message.channel === 'sms')
    return { text: withAutofill(translator.t(`${key}.sms`, args), hostname, message.args.code) };

  const subject = translator.t(`${key}.subject`, args);
  if (message.channel === 'letter') {
    const addressee = String(message.args.name ?? '');
    const letter = { language: translator.language, addressee, sender: `${serviceName}, ${host}` };
    return { subject, text: translator.t(`${key}.letter`, args), letter };
  }

  const link = ownLink(message.args.link, issuer);
  const body = translator.t(`${key}.email`, args);
  const footer = translator.t('message.footer', args);
  const button =
    link === undefined || !body.includes(link) ? undefined : { link, label: translator.t(`${key}.button`, args) };
  const html = emailHtml({ language: translator.language, subject, body, footer, button });
  return { subject, text: `${body}\n\n${footer}\n`, html };
}

/** The last line binds the code to our origin: phones offer it only on our pages (WICG "Origin-bound one-time codes"). */
function withAutofill(text: string, hostname: string, code: string | number | undefined): string {
  return code === undefined ? text : `${text}\n\n@${hostname} #${code}`;
}

function ownLink(link: string | number | undefined, issuer: string): string | undefined {
  if (link === undefined) return undefined;
  if (new URL(String(link)).origin !== new URL(issuer).origin)
    throw new Error('a message may link to our own pages only');
  return String(link);
}
