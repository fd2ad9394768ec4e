import { createSdpMemory } from '../../../shared/adapters/sdp-memory/sdp-memory.ts';
import { describeSdpContract } from './sdp-contract.ts';

describeSdpContract('sdp-memory', async () => {
  const port = createSdpMemory({ now: () => 1_780_000_000_000 });
  return {
    port,
    addVolumeGroup: async (name, sizesMib) => {
      const volumes = sizesMib.map((sizeMib, index) => ({
        name: `${name}-v${index}`,
        serial: `${name}-s${index}`,
        sizeMib,
      }));
      return { source: port.addVolumeGroup(name, volumes), serials: volumes.map(({ serial }) => serial) };
    },
    close: async () => undefined,
  };
});
