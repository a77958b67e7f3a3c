import type { Config } from '#src/platform/config/config.ts';
import type { Logger } from '#src/platform/logger.ts';
import type { Faults } from '#src/platform/messaging/faults.ts';
import type { Channel, Sender } from '#src/platform/messaging/sender.ts';
import type { SandboxInbox } from '#src/platform/messaging/sandbox-inbox.ts';
import { HttpLetterSender } from '#src/platform/messaging/letter-sender-http.ts';
import { EmailSender } from '#src/platform/messaging/email-sender.ts';
import { HttpSmsSender } from '#src/platform/messaging/sms-sender-http.ts';
import { SmppSmsSender } from '#src/platform/messaging/sms-sender-smpp.ts';

interface SenderChoice {
  settings: Config['messaging'];
  inbox: SandboxInbox;
  logger: Logger;
  /** Only in the sandbox. */
  faults?: Faults;
}

/** One sender for each channel; what has no gateway goes to the sandbox inbox. */
export function chooseSenders({ settings, inbox, logger, faults }: SenderChoice): Record<Channel, Sender> {
  const { smtpUrl, smsUrl, letterUrl, emailFrom, smsFrom } = settings;
  const email = smtpUrl ? new EmailSender({ url: smtpUrl, from: emailFrom }) : inbox;
  const sms = smsUrl ? smsSender(smsUrl, smsFrom, logger) : inbox;
  const letter = letterUrl ? new HttpLetterSender(letterUrl) : inbox;
  if (!faults) return { sms, email, letter };
  return { sms: faults.wrap('sms', sms), email: faults.wrap('email', email), letter: faults.wrap('letter', letter) };
}

function smsSender(url: string, from: string, logger: Logger): Sender {
  return /^https?:/.test(url) ? new HttpSmsSender({ url, from }) : new SmppSmsSender({ url, from, logger });
}
