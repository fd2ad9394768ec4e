/** Arrays as the installer of a host looks for them. Flex contract, section 4.1. */
import * as z from 'zod/mini';
import type { ShownAddress } from '../../domain/array.ts';

export const FlexDashboard = z.object({
  k2xs: z.array(
    z.object({
      id: z.string(),
      /** '' while the array is silent. */
      version: z.string(),
      /** Name or address of its management, as it was registered. */
      mc_floating_ip: z.string(),
      mc_https_port: z.int(),
    }),
  ),
  /** Always empty: clients look whether it is there. */
  clusters: z.array(z.never()),
});

const httpsPort = 443;

export const flexDashboard = (
  arrays: readonly (Pick<ShownAddress, 'url'> & { readonly sdpId: string; readonly version: string })[],
): z.infer<typeof FlexDashboard> => ({
  k2xs: arrays.map(({ sdpId, url, version }) => {
    const { hostname, port } = new URL(url);
    return { id: sdpId, version, mc_floating_ip: hostname, mc_https_port: port === '' ? httpsPort : Number(port) };
  }),
  clusters: [],
});
