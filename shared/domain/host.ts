/** A registered host and what its agent last said of it. */
export type DatabaseVendor = 'mssql' | 'postgres';

export type CloudVendor = 'GCP' | 'AWS' | 'AZURE' | 'UNKNOWN';

/** Facts an agent reports with every heartbeat; empty strings until first contact. */
export interface HostFacts {
  readonly hostName: string;
  readonly hostIqn: string;
  readonly hostOs: string;
  readonly hostOsVersion: string;
  readonly agentVersion: string;
  readonly cloudVendor: CloudVendor;
  readonly dbEngineVersion: string;
  /** The agent may rename a database that a refresh replaces, and keep it. */
  readonly mayKeepBackups: boolean;
  /** Volume Shadow Copy Service of Windows, with a provider that holds the engine's databases. */
  readonly hasVssProvider: boolean;
}

export interface Host extends HostFacts {
  readonly hostId: string;
  readonly vendor: DatabaseVendor;
  readonly sdpId: string;
  /** Milliseconds of the registration: fences commands and names the agent's queue. */
  readonly generation: number;
  readonly registeredAtSeconds: number;
  /** 0 before the agent's first contact. */
  readonly lastSeenSeconds: number;
  readonly tokenHash: string;
  /** Empty before the agent asked for its queue. */
  readonly queueUrl: string;
  /** Sequence of the newest inventory taken over. */
  readonly inventorySequence: number;
  /** Grows when the set of databases changes; guards name checks against databases that appear meanwhile. */
  readonly databasesVersion: number;
}

export const unknownHostFacts: HostFacts = {
  hostName: '',
  hostIqn: '',
  hostOs: '',
  hostOsVersion: '',
  agentVersion: '',
  cloudVendor: 'UNKNOWN',
  dbEngineVersion: '',
  mayKeepBackups: true,
  hasVssProvider: false,
};

/** A host is connected while its last heartbeat is younger than this. Flex contract, section 5. */
export const connectedWithinSeconds = 90;

export const isConnected = (host: Host, nowSeconds: number): boolean =>
  host.lastSeenSeconds > 0 && nowSeconds - host.lastSeenSeconds < connectedWithinSeconds;
