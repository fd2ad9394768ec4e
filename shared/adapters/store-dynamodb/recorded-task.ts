import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import type { Task } from '../../domain/task.ts';
import type { AuditEntry } from '../../ports/store.ts';
import { arrayStands } from './arrays.ts';
import { auditItem } from './audit.ts';
import type { Entities } from './entities.ts';

/**
 * What every transaction writes that records a task; the first item fails when there is a task of this id. `guards`: what
 * must hold besides, at most one item that fails while the task's array is being removed.
 */
export const recordedTaskItems = (
  { array, audit, openTask, task }: Pick<Entities, 'array' | 'audit' | 'openTask' | 'task'>,
  recorded: Task,
  entry: AuditEntry,
) => ({
  rows: [
    task
      .build(PutTransaction)
      .item(recorded)
      .options({ condition: { attr: 'requestId', exists: false } }),
    openTask.build(PutTransaction).item({ requestId: recorded.requestId }),
    audit.build(PutTransaction).item(auditItem(entry)),
  ] as const,
  guards: arrayStands({ array }, recorded.plan.sdpId),
});
