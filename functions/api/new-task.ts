import type { ApiCall } from '../../shared/http/route.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { type CommandType, queuedTask, type Task } from '../../shared/domain/task.ts';
import { principalName } from '../../shared/domain/token.ts';
import { nowSeconds } from '../../shared/ports/clock.ts';
import type { ApiDeps } from './api-deps.ts';

/** The task a caller asks for, with an id of its own; nothing is recorded yet. */
export const newTask = (
  deps: Pick<ApiDeps, 'clock' | 'ids'>,
  call: Pick<ApiCall, 'principal' | 'refId'>,
  commandType: CommandType,
  plan: Plan,
): Task =>
  queuedTask(
    {
      requestId: deps.ids.requestId(),
      plan,
      commandType,
      principal: principalName(call.principal),
      refId: call.refId,
    },
    nowSeconds(deps.clock),
  );
