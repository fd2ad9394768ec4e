import { createSnapshot } from './create-snapshot.ts';
import { deleteSnapshot } from './delete-snapshot.ts';
import { listSnapshots } from './list-snapshots.ts';

export const operations = [listSnapshots, createSnapshot, deleteSnapshot];
