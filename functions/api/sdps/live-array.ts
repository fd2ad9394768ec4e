import { arrayRefused, isDomainError } from '../../../shared/domain/errors.ts';
import type { LiveArray } from '../../../shared/faces/flex/flex-sdp.ts';
import type { ArrayApiDeps } from '../api-deps.ts';

/** What the array of that id says of itself now. One that says nothing, or is not there any more, is an answer too. */
export async function liveArray({ arrays }: Pick<ArrayApiDeps, 'arrays'>, sdpId: string): Promise<LiveArray> {
  try {
    const port = await arrays.of(sdpId);
    const [description, capacity] = await Promise.all([port.describe(), port.capacity()]);
    if (description.sdpId !== sdpId) throw arrayRefused('be asked', `its address leads to array ${description.sdpId}`);
    return { reason: '', state: description.state, version: description.version, capacity };
  } catch (error) {
    if (!isDomainError(error, 'ArrayUnavailable') && !isDomainError(error, 'ArrayRefused')) throw error;
    return { reason: error.message, state: 'unreachable', version: '', capacity: null };
  }
}
