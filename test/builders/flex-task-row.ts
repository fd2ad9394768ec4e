/** A task that clones `orders` of sqlprod1 to sqldev1, as the table holds it. */
import type { Plan } from '../../shared/domain/plan.ts';
import type { Task } from '../../shared/domain/task.ts';

export const clonePlanRow: Plan = {
  flow: 'create-clone',
  sourceHostId: 'sqlprod1',
  sources: [{ dbId: '7', dbName: 'orders', vendor: 'mssql' }],
  destinations: [{ hostId: 'sqldev1', dbName: 'orders_dev', sourceDbId: '7' }],
  namePrefix: 'snap',
  consistencyLevel: 'application',
  targetState: 'online',
  forceVss: false,
};

export const taskRow = (given: Partial<Task> = {}): Task => ({
  requestId: 'q3Jt0m9rXn2Vb7Lw4sKc8dPzAbCdEfGh',
  plan: clonePlanRow,
  commandType: 'CreateCloneCommand',
  state: 'queued',
  createdAtSeconds: 1_767_000_200,
  updatedAtSeconds: 1_767_000_200,
  owner: 'ocie-0',
  refId: 'a1B2c3D4e5',
  principal: 'user:operator',
  error: '',
  result: null,
  attempt: 1,
  phase: 'forward',
  cancelRequested: false,
  pastPointOfNoReturn: false,
  freezeRound: 0,
  snapshotId: '',
  leftovers: [],
  ...given,
});
