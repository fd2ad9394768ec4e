import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import type { Task } from '../../domain/task.ts';
import type { AuditEntry } from '../../ports/store.ts';
import { auditItem } from './audit.ts';
import type { Entities } from './entities.ts';

/** What every transaction writes that records a task; the first item fails when there is a task of this id. */
export const recordedTaskItems = (
  { audit, openTask, task }: Pick<Entities, 'audit' | 'openTask' | 'task'>,
  recorded: Task,
  entry: AuditEntry,
) =>
  [
    task
      .build(PutTransaction)
      .item(recorded)
      .options({ condition: { attr: 'requestId', exists: false } }),
    openTask.build(PutTransaction).item({ requestId: recorded.requestId }),
    audit.build(PutTransaction).item(auditItem(entry)),
  ] as const;
