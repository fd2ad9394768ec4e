import { createClone } from './create-clone.ts';
import { deleteClone } from './delete-clone.ts';

export const operations = [createClone, deleteClone];
