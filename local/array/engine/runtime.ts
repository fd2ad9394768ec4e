import type { Disk } from '../bytes/disk.ts';
import type { ResourceTable } from '../resources/table.ts';
import type { Store } from '../store/store.ts';
import type { Reservations } from './reservations.ts';

/** What every operation of the array works with. */
export interface ArrayRuntime {
  readonly resources: ResourceTable;
  readonly store: Store;
  readonly disk: Disk;
  readonly reservations: Reservations;
}
