import type { ArrayCapacity, ArrayDescription } from '../../ports/sdp.ts';
import type { ArraySession } from './array-session.ts';
import { SystemCapacity, SystemState } from './wire.ts';

export const readDescription = async (session: ArraySession): Promise<ArrayDescription> => {
  const { system_id, system_name, system_version, state } = await session.sole('system/state', SystemState);
  return { sdpId: system_id, name: system_name, version: system_version, state };
};

export const readCapacity = async (session: ArraySession): Promise<ArrayCapacity> => {
  const { total, free, allocated, provisioned, state } = await session.sole('system/capacity', SystemCapacity);
  return { totalKib: total, freeKib: free, allocatedKib: allocated, provisionedKib: provisioned, state };
};
