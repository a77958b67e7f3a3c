import type { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject } from 'zod-openapi';
import { z as schema } from 'zod';
import * as schemas from '#src/web/admin-api/admin-schemas.ts';

interface Sketch {
  says: string;
  answers: Record<string, z.ZodType | undefined>;
  takes?: z.ZodType;
  query?: z.ZodObject;
  /** The member of the path that names the thing. */
  named?: string;
  ifMatch?: 'may' | 'must';
}

const noToken: Sketch['answers'] = { 401: schemas.problem, 429: schemas.problem };

/** OpenAPI 3.1, made from the schemas that requests are read with. */
export const describeAdminApi = () =>
  createDocument({
    openapi: '3.1.0',
    info: {
      title: 'OpenESIA admin API',
      version: '1',
      description: 'Client systems, signing keys, operators, the audit log and health, for whoever runs the server.',
    },
    servers: [{ url: '/admin/api/v1' }],
    security: [{ token: [] }],
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    paths: {
      '/clients': {
        get: operation({
          says: 'List clients',
          query: schemas.pageQuery,
          answers: { 200: schemas.clientPage, 400: schemas.problem },
        }),
        post: operation({
          says: 'Register a client',
          takes: schemas.newClient,
          answers: { 201: schemas.createdClient, 400: schemas.problem, 409: schemas.problem },
        }),
        put: operation({
          says: 'Bring the register to what a file says, all or nothing',
          query: schemas.planQuery,
          takes: schemas.declaration,
          ifMatch: 'may',
          answers: { 200: schemas.appliedPlan, 400: schemas.problem, 412: schemas.problem, 428: schemas.problem },
        }),
      },
      '/clients/{client_id}': {
        get: operation({
          says: 'Show a client',
          named: 'client_id',
          answers: { 200: schemas.storedClient, 404: schemas.problem },
        }),
        put: operation({
          says: 'Replace the metadata of a client; its secret stays unless another is sent',
          named: 'client_id',
          takes: schemas.changedClient,
          ifMatch: 'may',
          answers: { 200: schemas.createdClient, 400: schemas.problem, 404: schemas.problem, 412: schemas.problem },
        }),
        delete: operation({
          says: 'Remove a client, and what people allowed it',
          named: 'client_id',
          ifMatch: 'may',
          answers: { 204: undefined, 404: schemas.problem, 412: schemas.problem },
        }),
      },
      '/clients/{client_id}/secret': {
        post: operation({
          says: 'Make a new secret; the old one ends',
          named: 'client_id',
          takes: schema.object({}),
          answers: { 200: schemas.createdClient, 404: schemas.problem, 409: schemas.problem },
        }),
      },
      '/client-versions': {
        get: operation({ says: 'List what was applied, newest first', answers: { 200: schemas.versionList } }),
      },
      '/client-rollbacks': {
        post: operation({
          says: 'Undo every version after the one named',
          query: schemas.planQuery,
          takes: schemas.rollbackForm,
          ifMatch: 'may',
          answers: { 200: schemas.appliedPlan, 404: schemas.problem, 412: schemas.problem, 428: schemas.problem },
        }),
      },
      '/keys': { get: operation({ says: 'List signing keys', answers: { 200: schemas.keyList } }) },
      '/keys/rotations': {
        post: operation({
          says: 'Put the next keys to use now',
          takes: schemas.rotationForm,
          answers: { 201: schemas.rotation, 400: schemas.problem, 409: schemas.problem },
        }),
      },
      '/operators': {
        get: operation({ says: 'List who has which role', answers: { 200: schemas.operatorList } }),
        post: operation({
          says: 'Give a role without a second person',
          takes: schemas.newRole,
          answers: { 201: schemas.operatorRole, 400: schemas.problem, 404: schemas.problem, 409: schemas.problem },
        }),
      },
      '/operators/{id}': {
        delete: operation({
          says: 'End a role, at once and everywhere',
          named: 'id',
          answers: { 204: undefined, 404: schemas.problem, 409: schemas.problem },
        }),
      },
      '/audit/events': {
        get: operation({
          says: 'Search the audit log, newest first; asking for one account is a look that its owner sees',
          query: schemas.auditQuery,
          answers: { 200: schemas.auditPage, 400: schemas.problem },
        }),
      },
      '/audit/chain': {
        get: operation({
          says: 'Verify the chain of the audit log; names the first link that does not hold',
          query: schemas.chainQuery,
          answers: { 200: schemas.chainReport, 400: schemas.problem },
        }),
      },
      '/health': {
        get: operation({ says: 'How the server is', answers: { 200: schemas.health, 503: schemas.health } }),
      },
    },
  });

function operation({ says, answers, takes, query, named, ifMatch }: Sketch): ZodOpenApiOperationObject {
  return {
    summary: says,
    requestParams: {
      ...(query && { query }),
      ...(named && { path: schema.object({ [named]: schema.string() }) }),
      ...(ifMatch && {
        header: schema.object({
          'if-match': schema
            .string()
            .optional()
            .meta({ description: 'The tag of what was read; refused with 412 when it has changed' }),
        }),
      }),
    },
    ...(takes && { requestBody: { required: true, content: { 'application/json': { schema: takes } } } }),
    responses: Object.fromEntries(
      Object.entries({ ...answers, ...noToken }).map(([status, schema]) => [
        status,
        { description: descriptions[status]!, ...(schema && { content: { 'application/json': { schema } } }) },
      ]),
    ),
  };
}

const descriptions: Record<string, string> = {
  200: 'Done',
  201: 'Made',
  204: 'Gone',
  400: 'Something is wrong; fields says what',
  401: 'The token is missing or wrong',
  404: 'There is no such thing',
  409: 'It cannot be done as things are',
  412: 'It changed meanwhile',
  428: 'If-Match is missing',
  429: 'Too many wrong tokens from this address',
  503: 'Not ready',
};
