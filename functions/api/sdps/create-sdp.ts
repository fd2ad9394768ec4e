import type { ArrayAddress } from '../../../shared/domain/array.ts';
import { arrayRefused, DomainError } from '../../../shared/domain/errors.ts';
import { FlexSdp, flexSdp } from '../../../shared/faces/flex/flex-sdp.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import type { ArrayIdentity } from '../../../shared/ports/store.ts';
import type { ArrayApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { deploymentArray } from './deployment-array.ts';
import { NewSdp, SdpId, trustOf } from './sdp-schema.ts';

const alreadyThere = (sdpId: string): DomainError =>
  new DomainError('AlreadyExists', `array '${sdpId}' is registered already`);

/** It could be the very array that is to be registered. */
const nobodyKnows = (): DomainError =>
  new DomainError('ArrayUnavailable', "no array is registered until the deployment's array has said who it is");

/** Asks the array there who it is, with the credentials of its secret. Throws why it does not say. */
export async function identify(deps: Pick<ArrayApiDeps, 'connector'>, address: ArrayAddress): Promise<ArrayIdentity> {
  const { sdpId, name } = await deps.connector.connect(address).describe();
  if (!SdpId.safeParse(sdpId).success) throw arrayRefused('say who it is', 'its id cannot be used');
  return { sdpId, name };
}

/**
 * Registers an array. It is asked at once who it is, with the credentials of its secret: one that does not answer is not
 * recorded. Ours, ADR 0011.
 */
export const createSdp = defineOperation({
  operation: 'create-sdp',
  method: 'POST',
  path: '/api/echo/v1/sdps',
  capability: 'sdps',
  audience: 'admin',
  summary: 'Register a storage array',
  request: { body: NewSdp },
  response: FlexSdp,
  successStatus: 201,
  task: null,
  async run(deps: ArrayApiDeps, call) {
    const { url, secret_id: secretId } = call.body;
    const trust = (await trustOf(deps.connector, url, call.body)) ?? { kind: 'system' };
    const identity = await identify(deps, { url, secretId, trust });
    const own = await deploymentArray(deps);
    if (own?.sdpId === '') throw nobodyKnows();
    if (own?.sdpId === identity.sdpId) throw alreadyThere(identity.sdpId);
    const array = {
      ...identity,
      url,
      secretId,
      trust,
      registeredAtSeconds: nowSeconds(deps.clock),
      version: deps.clock.nowMilliseconds(),
      removalId: '',
      removingSinceSeconds: 0,
    };
    const audit = auditEntry(deps.clock, call, 'create-sdp', identity.sdpId);
    if ((await deps.store.registerArray(array, audit)) === 'exists') throw alreadyThere(identity.sdpId);
    return { body: flexSdp(array) };
  },
});
