import { DomainError } from '../../../shared/domain/errors.ts';
import type { ApiAnswer, ApiCall } from '../../../shared/http/route.ts';
import type { ApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';

type Caller = Pick<ApiCall, 'principal' | 'refId' | 'sourceIp' | 'claim'>;

export async function revokeToken(deps: ApiDeps, call: Caller, user: string, tokenId: string): Promise<ApiAnswer> {
  const entry = auditEntry(deps.clock, call, 'revoke-app-token', `${user}/${tokenId}`);
  if (await deps.store.revokeAppToken(user, tokenId, entry)) return {};
  throw new DomainError('NotFound', `App token '${tokenId}' not found`);
}
