import type { ApiCall } from '../../shared/http/route.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import type { CommandType, Task } from '../../shared/domain/task.ts';
import { principalName } from '../../shared/domain/token.ts';
import { nowSeconds } from '../../shared/ports/clock.ts';
import type { ApiDeps } from './api-deps.ts';

/** The worker name clients expect in `owner`. Flex contract, section 9. */
const owner = 'ocie-0';

export function newTask(
  deps: Pick<ApiDeps, 'clock' | 'ids'>,
  call: Pick<ApiCall, 'principal' | 'refId'>,
  commandType: CommandType,
  plan: Plan,
): Task {
  const now = nowSeconds(deps.clock);
  return {
    requestId: deps.ids.requestId(),
    plan,
    commandType,
    state: 'queued',
    createdAtSeconds: now,
    updatedAtSeconds: now,
    owner,
    refId: call.refId,
    principal: principalName(call.principal),
    error: '',
    result: null,
    attempt: 1,
    phase: 'forward',
    cancelRequested: false,
    pastPointOfNoReturn: false,
    freezeRound: 0,
    snapshotId: '',
    leftovers: [],
  };
}
