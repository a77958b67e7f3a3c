import { pino, type DestinationStream, type Logger } from 'pino';
import { requestScope } from '#src/platform/request-scope.ts';

export type { Logger };

export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    mixin() {
      const scope = requestScope();
      return scope ? { requestId: scope.requestId } : {};
    },
    // A last fence: what must not be logged should never get here.
    redact: {
      paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '[redacted]',
    },
    serializers: { err: describeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

const secretNames = ['password', 'code', 'token', 'secret', 'cookie', 'authorization', 'phone', 'email', 'to', 'snils'];

/** Database drivers put row values into `detail`, and nested causes carry requests: only name, message, code and stack are kept. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: 'not an Error' };
  const { code, constraint } = error as Error & { code?: unknown; constraint?: unknown };
  return { name: error.name, message: error.message, errorCode: code, constraint, stack: error.stack };
}
