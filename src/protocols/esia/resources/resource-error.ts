/** A refusal of the REST side. */
export class ResourceError extends Error {
  readonly status: 401 | 403 | 404 | 405;
  readonly body: { code: string; message: string };
  /** For the client's log alone. */
  readonly reason: string;

  constructor(kind: keyof typeof meanings, reason: string) {
    super(reason);
    const [status, code, message] = meanings[kind];
    this.status = status;
    this.body = { code, message };
    this.reason = reason;
  }
}

const meanings = {
  invalid: [401, 'ESIA-005011', 'SecurityErrorEnum.invalidToken'],
  expired: [401, 'ESIA-005013', 'SecurityErrorEnum.expiredToken'],
  scope: [403, 'ESIA-005029', 'SecurityErrorEnum.scopeNotAllowed'],
  absent: [404, 'ESIA-005004', 'ResourceErrorEnum.notFound'],
  method: [405, 'ESIA-005003', 'ResourceErrorEnum.methodNotAllowed'],
} as const;
