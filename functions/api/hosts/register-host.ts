import * as z from 'zod/mini';
import { beingRemoved, ownSpelling } from '../../../shared/domain/array.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { unknownHostFacts } from '../../../shared/domain/host.ts';
import { hashToken } from '../../../shared/http/authentication.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { HostId } from '../schema-words.ts';

const Vendor = z.enum(['mssql', 'postgres']);

async function arrayNamed({ store }: Pick<ApiDeps, 'store'>, sdpId: string): Promise<string> {
  if (sdpId === '') return '';
  const [registered, own] = await Promise.all([store.listArrays(), store.listDeploymentArrays()]);
  return ownSpelling(
    sdpId,
    [...registered, ...own].map((array) => array.sdpId),
  );
}

/** Registers a host and gives its token, which is shown only here. Flex contract, section 5. */
export const registerHost = defineOperation({
  operation: 'register-host',
  method: 'PUT',
  path: '/api/v1/hosts/{host_id}',
  aliases: ['/flex/api/v1/hosts/{host_id}', '/api/hostess/v1/hosts/{host_id}'],
  capability: 'hosts',
  audience: 'admin',
  summary: 'Register a host',
  request: {
    path: z.object({ host_id: HostId }),
    /** Where older installers say it. */
    query: z.object({ dbvendor: z._default(Vendor, 'mssql') }),
    body: z.object({
      db_vendor: z.optional(Vendor),
      sdp_id: z._default(z.string().check(z.maxLength(64)), ''),
    }),
  },
  response: z.object({ host_id: z.string(), db_vendor: z.string(), token: z.string() }),
  successStatus: 201,
  task: null,
  secret: 'answer',
  async run(deps: ApiDeps, call) {
    const hostId = call.path.host_id;
    const vendor = call.body.db_vendor ?? call.query.dbvendor;
    const token = deps.ids.token();
    const tokenHash = hashToken(token);
    const now = nowSeconds(deps.clock);
    const sdpId = await arrayNamed(deps, call.body.sdp_id);
    const outcome = await deps.store.register(
      {
        ...unknownHostFacts,
        hostId,
        vendor,
        sdpId,
        generation: deps.clock.nowMilliseconds(),
        registeredAtSeconds: now,
        lastSeenSeconds: 0,
        tokenHash,
        queueUrl: '',
        inventorySequence: 0,
        databasesVersion: 0,
      },
      { tokenHash, principal: { kind: 'host', hostId }, createdAtSeconds: now, expiresAtSeconds: 0 },
      auditEntry(deps.clock, call, 'register-host', hostId),
    );
    if (outcome === 'removing') throw beingRemoved(sdpId);
    if (outcome === 'exists') throw new DomainError('AlreadyExists', `Host '${hostId}' already exists`);
    return { body: { host_id: hostId, db_vendor: vendor, token } };
  },
});
