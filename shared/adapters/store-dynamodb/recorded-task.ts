import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import type { Task } from '../../domain/task.ts';
import { arrayStands } from './arrays.ts';
import type { Entities } from './entities.ts';

/**
 * What every transaction writes that records a task, beside its audit entry; the first item fails when there is a task of
 * this id. `guards`: what must hold besides, at most one item that fails while the task's array is being removed.
 */
export const recordedTaskItems = (
  { array, openTask, task }: Pick<Entities, 'array' | 'openTask' | 'task'>,
  recorded: Task,
) => ({
  rows: [
    task
      .build(PutTransaction)
      .item(recorded)
      .options({ condition: { attr: 'requestId', exists: false } }),
    openTask.build(PutTransaction).item({ requestId: recorded.requestId }),
  ] as const,
  guards: arrayStands({ array }, recorded.plan.sdpId),
});
