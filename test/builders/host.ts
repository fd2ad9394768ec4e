import { type Host, unknownHostFacts } from '../../shared/domain/host.ts';
import type { Token } from '../../shared/domain/token.ts';

/** A registered postgres host, heard from at second 1000, unless the test says otherwise. */
export const aHost = (about: Partial<Host> = {}): Host => ({
  ...unknownHostFacts,
  hostId: 'host-1',
  vendor: 'postgres',
  sdpId: 'sdp-1',
  generation: 100,
  registeredAtSeconds: 900,
  lastSeenSeconds: 1000,
  tokenHash: `hash-of-${about.hostId ?? 'host-1'}`,
  queueUrl: '',
  inventorySequence: 0,
  databasesVersion: 0,
  ...about,
});

export const aHostToken = (host: Host): Token => ({
  tokenHash: host.tokenHash,
  principal: { kind: 'host', hostId: host.hostId },
  createdAtSeconds: 900,
  expiresAtSeconds: 0,
});
