/** Every flow by name. Listing a flow here puts it under the laws of test/flows. */
import { createCloneFlow } from './create-clone/flow.ts';
import { createSnapshotFlow } from './create-snapshot/flow.ts';
import { deleteCloneFlow } from './delete-clone/flow.ts';
import { deleteSnapshotFlow } from './delete-snapshot/flow.ts';
import type { Flow } from './flow-table.ts';
import { importSnapshotFlow } from './import-snapshot/flow.ts';
import { refreshFlow } from './refresh/flow.ts';
import { unwindFlow } from './unwind/flow.ts';

export const flows: readonly Flow[] = [
  createCloneFlow,
  createSnapshotFlow,
  importSnapshotFlow,
  refreshFlow,
  deleteCloneFlow,
  deleteSnapshotFlow,
  unwindFlow,
];
