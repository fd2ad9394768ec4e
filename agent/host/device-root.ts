import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AgentFailure } from '../failure.ts';
import { isNotFound } from '../journal/durable-file.ts';

/** Where the volumes of this host are mounted: `<root>/<SCSI serial>` is the mounted volume. */
export interface DeviceRoot {
  /** Folder of the volume; it need not exist. @throws AgentFailure DEVICE_NOT_FOUND for what cannot be a serial. */
  pathOf(serial: string): string;
  isThere(serial: string): Promise<boolean>;
  /** Waits until every volume is there. @throws AgentFailure DEVICE_NOT_FOUND naming those that did not appear. */
  rescan(serials: readonly string[]): Promise<void>;
  /** Serials of the volumes that are there now. */
  list(): Promise<readonly string[]>;
}

export interface RescanPatience {
  readonly timeoutSeconds: number;
  readonly pollMilliseconds: number;
}

const serialPattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export function openDeviceRoot(
  root: string,
  patience: RescanPatience = { timeoutSeconds: 30, pollMilliseconds: 100 },
): DeviceRoot {
  const pathOf = (serial: string): string => {
    if (!serialPattern.test(serial))
      throw new AgentFailure('DEVICE_NOT_FOUND', `"${serial}" is not the serial of a volume`);
    return join(root, serial);
  };
  const isThere = async (serial: string): Promise<boolean> => {
    try {
      return (await stat(pathOf(serial))).isDirectory();
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  };
  const absent = async (serials: readonly string[]): Promise<readonly string[]> => {
    const seen = await Promise.all(serials.map(isThere));
    return serials.filter((_serial, index) => !seen[index]);
  };
  return {
    pathOf,
    isThere,
    rescan: async (serials) => {
      const deadline = performance.now() + patience.timeoutSeconds * 1000;
      let missing = await absent(serials);
      while (missing.length > 0) {
        if (performance.now() >= deadline) {
          throw new AgentFailure('DEVICE_NOT_FOUND', `volumes did not appear on this host: ${missing.join(', ')}`);
        }
        await delay(patience.pollMilliseconds);
        missing = await absent(serials);
      }
    },
    list: async () => (await readdir(root)).filter((entry) => serialPattern.test(entry)),
  };
}
