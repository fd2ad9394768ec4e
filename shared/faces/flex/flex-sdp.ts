/** Storage arrays as our own routes show them, in the manner of the Flex API. Credentials are shown to nobody. */
import * as z from 'zod/mini';
import type { RegisteredArray, ShownAddress } from '../../domain/array.ts';

const fields = {
  /** '' for the deployment's own as long as it has not said who it is. */
  sdp_id: z.string(),
  name: z.string(),
  url: z.string(),
  secret_id: z.string(),
  managed_by: z.enum(['deployment', 'api']),
  /** What its certificate is verified by. */
  tls: z.enum(['system', 'ca', 'fingerprint']),
  certificate_sha256: z.nullable(z.string()),
  /** Unix seconds; 0 for the deployment's own. */
  registered_ts: z.int(),
  registration: z.enum(['registered', 'removing']),
};

export const FlexSdp = z.object(fields);

export const FlexSdpDetail = z.object({
  ...fields,
  /** As the array says it, `unreachable` when it says nothing; `reason` says why then. */
  state: z.string(),
  reason: z.string(),
  version: z.string(),
  capacity: z.nullable(
    z.object({
      state: z.string(),
      total_kib: z.number(),
      free_kib: z.number(),
      allocated_kib: z.number(),
      provisioned_kib: z.number(),
    }),
  ),
});

type ShownArray = RegisteredArray | (ShownAddress & { readonly sdpId: string; readonly name: string });

/** What an array says of itself at the moment. */
export interface LiveArray {
  readonly state: string;
  readonly reason: string;
  readonly version: string;
  readonly capacity: {
    readonly state: string;
    readonly totalKib: number;
    readonly freeKib: number;
    readonly allocatedKib: number;
    readonly provisionedKib: number;
  } | null;
}

export const flexSdp = (array: ShownArray): z.infer<typeof FlexSdp> => ({
  sdp_id: array.sdpId,
  name: array.name,
  url: array.url,
  secret_id: array.secretId,
  managed_by: 'removalId' in array ? 'api' : 'deployment',
  tls: array.trust.kind,
  certificate_sha256: array.trust.kind === 'fingerprint' ? array.trust.sha256 : null,
  registered_ts: 'removalId' in array ? array.registeredAtSeconds : 0,
  registration: 'removalId' in array && array.removalId !== '' ? 'removing' : 'registered',
});

export const flexSdpDetail = (array: ShownArray, live: LiveArray): z.infer<typeof FlexSdpDetail> => ({
  ...flexSdp(array),
  state: live.state,
  reason: live.reason,
  version: live.version,
  capacity:
    live.capacity === null
      ? null
      : {
          state: live.capacity.state,
          total_kib: live.capacity.totalKib,
          free_kib: live.capacity.freeKib,
          allocated_kib: live.capacity.allocatedKib,
          provisioned_kib: live.capacity.provisionedKib,
        },
});
