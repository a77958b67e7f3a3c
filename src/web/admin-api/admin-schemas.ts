import { z } from 'zod';
import { roles } from '#src/identity/operators/operator.ts';
import { clientId, clientMetadata, writtenClient } from '#src/protocols/oidc/client-metadata.ts';

const moment = z.iso.datetime();

export const newClient = writtenClient.meta({ id: 'NewClient' });

/** Read-only members may come back as they were answered. */
const readOnly = { created_at: moment.optional(), updated_at: moment.optional() };

export const changedClient = writtenClient.extend(readOnly).meta({ id: 'ChangedClient' });

export const storedClient = z
  .object({ client_id: z.string(), ...clientMetadata.partial().shape, created_at: moment, updated_at: moment })
  .meta({ id: 'Client' });

export const createdClient = storedClient
  .extend({
    client_secret: z.string().optional().meta({ description: 'Shown now and never again' }),
    client_secret_expires_at: z.literal(0).optional(),
  })
  .meta({ id: 'ClientWithSecret' });

export const clientPage = z
  .object({
    clients: z.array(storedClient),
    next: z.string().optional().meta({ description: 'Address of the next page; absent on the last' }),
  })
  .meta({ id: 'ClientPage' });

export const pageQuery = z.object({
  after: z.string().max(200).default('').meta({ description: 'The client_id to go on from' }),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const planQuery = z.object({
  dry_run: z
    .enum(['true', 'false'])
    .default('false')
    .meta({ description: 'true: say what would happen and do nothing; needs no If-Match' }),
});

export const declaration = z
  .strictObject({
    clients: z.array(writtenClient.omit({ client_secret: true }).extend({ client_id: clientId })).max(5000),
    prune: z.boolean().default(false).meta({ description: 'Remove every client that is not named' }),
  })
  .meta({ id: 'ClientDeclaration' });

/** The same for reading: each client's members are judged one by one, and by name. */
export const declarationForm = z.strictObject({
  clients: z.array(z.looseObject({ client_id: clientId })).max(5000),
  prune: z.boolean().default(false),
});

export const rollbackForm = z
  .strictObject({ version: z.number().int().min(0).meta({ description: '0: before the first one' }) })
  .meta({ id: 'Rollback' });

const change = z.object({
  client_id: z.string(),
  action: z.enum(['add', 'change', 'remove']),
  fields: z.record(z.string(), z.object({ from: z.unknown().optional(), to: z.unknown().optional() })),
});

const plan = z
  .object({ tag: z.string().meta({ description: 'Send it as If-Match to do just this' }), changes: z.array(change) })
  .meta({ id: 'ClientPlan' });

export const appliedPlan = plan
  .extend({
    version: z.number().int().nullable().meta({ description: 'What to roll back; null when there was nothing to do' }),
    secrets: z.record(z.string(), z.string()).meta({ description: 'New secrets by client, shown now and never again' }),
  })
  .meta({ id: 'AppliedClientPlan' });

export const versionList = z
  .object({
    versions: z.array(
      z.object({
        version: z.number().int(),
        at: moment,
        rolled_back_to: z.number().int().nullable(),
        changes: z.array(change.omit({ fields: true })),
      }),
    ),
  })
  .meta({ id: 'ClientVersions' });

const algorithm = z.enum(['ES256', 'RS256']);

export const keyList = z
  .object({
    keys: z.array(
      z.object({
        kid: z.string(),
        alg: z.string(),
        status: z.enum(['next', 'current', 'previous']),
        created_at: moment,
        activated_at: moment.nullable(),
        retired_at: moment.nullable(),
      }),
    ),
  })
  .meta({ id: 'SigningKeys' });

export const rotationForm = z
  .strictObject({
    alg: algorithm.optional(),
    force: z.boolean().default(false).meta({
      description: 'Even when the next key is so new that caches may not have it: when a key may have leaked',
    }),
  })
  .meta({ id: 'KeyRotation' });

export const rotation = keyList.extend({ rotated: z.array(algorithm) }).meta({ id: 'KeyRotationDone' });

export const newRole = z
  .strictObject({
    login: z.string().trim().min(3).max(200).meta({ description: 'Proven phone or e-mail of a confirmed account' }),
    role: z.enum(roles),
    office: z.string().max(100).optional().meta({ description: 'Id of the service centre; a clerk has one' }),
    reason: z.string().trim().min(10).max(500).optional().meta({
      description: 'Why not in the console; needed when two administrators could do it there',
    }),
  })
  .meta({ id: 'NewRole' });

export const operatorRole = z
  .object({
    id: z.string(),
    oid: z.number().int().meta({ description: 'Number of the account' }),
    role: z.enum(roles),
    office: z.string().nullable(),
    given_at: moment,
  })
  .meta({ id: 'OperatorRole' });

export const operatorList = z.object({ operators: z.array(operatorRole) }).meta({ id: 'Operators' });

export const auditQuery = z.object({
  account: z.coerce.number().int().min(1).optional().meta({ description: 'Number of the account (oid)' }),
  event: z.string().max(60).optional(),
  from: moment.optional(),
  to: moment.optional().meta({ description: 'Not included' }),
  before: z.coerce.number().int().min(1).optional().meta({ description: 'Number of the event to go on from' }),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

export const auditPage = z
  .object({
    events: z.array(
      z.object({
        id: z.number().int(),
        at: moment,
        event: z.string(),
        account: z.number().int().nullable(),
        client_id: z.string().nullable(),
        operator: z.number().int().nullable(),
        details: z.record(z.string(), z.unknown()),
      }),
    ),
    next: z.string().optional().meta({ description: 'Address of the next page; absent on the last' }),
  })
  .meta({ id: 'AuditEvents' });

const head = z
  .string()
  .regex(/^\d{1,15}:[0-9a-f]{64}$/, 'as the log says it: a number, a colon, 64 hexadecimal digits');

export const chainQuery = z.object({
  head: head.optional().meta({ description: 'A head that was kept; without it a cut end is not seen' }),
});

export const chainReport = z
  .object({
    intact: z.boolean(),
    sealed: z.number().int().meta({ description: 'How many links hold, from the first on' }),
    head: z.string().nullable(),
    waiting: z.number().int().meta({ description: 'Events not sealed yet' }),
    broken: z
      .object({
        problem: z.enum(['changed', 'removed', 'link_removed', 'inserted', 'cut']),
        seq: z.number().int(),
        event_id: z.number().int().nullable(),
      })
      .nullable(),
  })
  .meta({ id: 'AuditChain' });

export const health = z
  .object({
    status: z.enum(['ok', 'degraded', 'unavailable']),
    issuer: z.string(),
    sandbox: z.boolean(),
    now: moment.meta({ description: 'The clock that everything expires by' }),
    database: z.enum(['ok', 'unavailable']),
    redis: z.enum(['ok', 'unavailable']).nullable().meta({ description: 'Null where none is configured' }),
    outbox: z.object({ waiting: z.number(), oldest_seconds: z.number() }).nullable(),
  })
  .meta({ id: 'Health' });

export const problem = z
  .object({
    error: z.string(),
    message: z.string(),
    fields: z.record(z.string(), z.string()).optional().meta({ description: 'What is wrong with which member' }),
    reference: z.string().optional(),
  })
  .meta({ id: 'Problem' });
