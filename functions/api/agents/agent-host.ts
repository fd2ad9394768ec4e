import { DomainError } from '../../../shared/domain/errors.ts';
import type { Host } from '../../../shared/domain/host.ts';
import type { ApiCall } from '../../../shared/http/route.ts';
import type { HostStore } from '../../../shared/ports/store.ts';

/** The registered host that the token speaks for. */
export async function agentHost(store: Pick<HostStore, 'getHost'>, call: Pick<ApiCall, 'principal'>): Promise<Host> {
  const host = call.principal.kind === 'host' ? await store.getHost(call.principal.hostId) : undefined;
  // Unregistering removes host and token together; a call between the two reads is answered like a revoked token.
  if (host === undefined) throw new DomainError('NotAuthenticated', 'Not authenticated');
  return host;
}
