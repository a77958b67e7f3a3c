import { Refusal } from '#src/platform/errors.ts';

/** The register does not take this. `fields` says in words what is wrong with which member. */
export class ClientRefusal extends Refusal {
  readonly fields: Record<string, string>;

  constructor(code: keyof typeof statuses, fields: Record<string, string> = {}) {
    super(code, statuses[code]);
    this.fields = fields;
  }
}

const statuses = {
  invalid_client_metadata: 400,
  client_not_found: 404,
  version_not_found: 404,
  client_exists: 409,
  secret_not_used: 409,
  changed_meanwhile: 412,
};
