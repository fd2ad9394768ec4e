import { beingRemoved } from '../../../shared/domain/array.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { FlexSdp, flexSdp } from '../../../shared/faces/flex/flex-sdp.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { ArrayApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { identify } from './create-sdp.ts';
import { notRegistered } from './deployment-array.ts';
import { SdpChange, SdpPath, trustOf } from './sdp-schema.ts';

/**
 * Changes how a registered array is reached. The same array must answer by the new way, or nothing is changed. Functions
 * that are warm go the old way for a minute more. Ours, ADR 0011.
 */
export const updateSdp = defineOperation({
  operation: 'update-sdp',
  method: 'PATCH',
  path: '/api/echo/v1/sdps/{sdp_id}',
  capability: 'sdps',
  audience: 'admin',
  summary: 'Change how a storage array is reached',
  request: { path: SdpPath, body: SdpChange },
  response: FlexSdp,
  successStatus: 200,
  task: null,
  async run(deps: ArrayApiDeps, call) {
    const { sdp_id: sdpId } = call.path;
    const before = await deps.store.getArray(sdpId);
    if (before === undefined) throw await notRegistered(deps, sdpId);
    if (before.removalId !== '') throw beingRemoved(sdpId);
    const { url = before.url, secret_id: secretId = before.secretId } = call.body;
    const trust = (await trustOf(deps.connector, url, call.body)) ?? before.trust;
    const said = await identify(deps, { url, secretId, trust });
    if (said.sdpId !== sdpId) {
      throw new DomainError('Refused', `the array there is '${said.sdpId}', not '${sdpId}'`);
    }
    const next = { ...before, name: said.name, url, secretId, trust, version: before.version + 1 };
    const isChanged = await deps.store.changeArray(next, auditEntry(deps.clock, call, 'update-sdp', sdpId));
    if (!isChanged) throw new DomainError('Conflict', `array '${sdpId}' was changed by another call meanwhile`);
    return { body: flexSdp(next) };
  },
});
