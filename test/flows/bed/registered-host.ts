/** A host whose agent has asked for its queue. */
import { unknownHostFacts } from '../../../shared/domain/host.ts';
import type { AuditEntry, Store } from '../../../shared/ports/store.ts';

export const queueOf = (hostId: string): string => `queue-of-${hostId}`;

export const registrationAudit = (hostId: string, atMilliseconds: number): AuditEntry => ({
  atMilliseconds,
  principal: 'test',
  operation: 'register-host',
  refId: '',
  sourceIp: '',
  subject: hostId,
  requestId: '',
});

export async function registerHost(store: Store, hostId: string, atMilliseconds: number): Promise<void> {
  const atSeconds = Math.floor(atMilliseconds / 1000);
  const tokenHash = `hash-of-${hostId}`;
  await store.register(
    {
      ...unknownHostFacts,
      hostId,
      vendor: 'postgres',
      sdpId: '',
      generation: atMilliseconds,
      registeredAtSeconds: atSeconds,
      lastSeenSeconds: 0,
      tokenHash,
      queueUrl: queueOf(hostId),
      inventorySequence: 0,
      databasesVersion: 0,
    },
    { tokenHash, principal: { kind: 'host', hostId }, createdAtSeconds: atSeconds, expiresAtSeconds: 0 },
    registrationAudit(hostId, atMilliseconds),
  );
}
