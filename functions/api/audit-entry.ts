import type { AuditEntry } from '../../shared/ports/store.ts';
import type { ApiCall } from '../../shared/http/route.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { principalName } from '../../shared/domain/token.ts';

/** Who did what, when, from where. `subject` names what was touched; `requestId` the task, '' without one. */
export const auditEntry = (
  clock: Clock,
  call: Pick<ApiCall, 'principal' | 'refId' | 'sourceIp' | 'claim'>,
  operation: string,
  subject: string,
  requestId = '',
): AuditEntry => ({
  atMilliseconds: clock.nowMilliseconds(),
  principal: principalName(call.principal),
  operation,
  refId: call.refId,
  sourceIp: call.sourceIp,
  subject,
  requestId,
  claim: call.claim,
});
