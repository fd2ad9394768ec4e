import { principalName } from '../../shared/domain/token.ts';
import type { ApiCall } from '../../shared/http/route.ts';
import type { TaskOrder } from '../../shared/use-cases/start-task.ts';
import type { ApiDeps } from './api-deps.ts';

/** The task a caller asks for, under an id of its own. */
export const taskOrder = (
  deps: Pick<ApiDeps, 'ids'>,
  { principal, refId, sourceIp, claim }: Pick<ApiCall, 'principal' | 'refId' | 'sourceIp' | 'claim'>,
): TaskOrder => ({ requestId: deps.ids.requestId(), principal: principalName(principal), refId, sourceIp, claim });
