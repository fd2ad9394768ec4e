import { createClone } from './create-clone.ts';
import { deleteClone } from './delete-clone.ts';
import { importSnapshot } from './import-snapshot.ts';

export const operations = [createClone, importSnapshot, deleteClone];
