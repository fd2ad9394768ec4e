import type { ArrayAddress, RegisteredArray } from '../../domain/array.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Arrays } from '../../ports/arrays.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SdpPort } from '../../ports/sdp.ts';
import type { ArrayStore } from '../../ports/store.ts';

export interface SiteArraysOptions {
  readonly store: Pick<ArrayStore, 'getArray' | 'listArrays' | 'getDeploymentArray' | 'getUnnamedArray'>;
  readonly clock: Clock;
  readonly connect: (address: ArrayAddress) => SdpPort;
  /** The deployment's own; null where there is none. */
  readonly deployment: { readonly url: string; readonly port: () => SdpPort } | null;
}

/**
 * A change of a registration is heard of after this, in a function that has been warm since before it, and so is an
 * address that came to lead to another array.
 */
const freshMilliseconds = 60_000;

interface Connection {
  readonly port: SdpPort;
  readonly version: number;
  /** When the array there last said that it is the one. */
  knownAtMilliseconds: number;
  readAtMilliseconds: number;
}

const refused = (why: string): DomainError => new DomainError('ArrayRefused', why);

/**
 * Connections are kept as long as the function is warm and the registration is the same. Each asks the array who it is
 * before its first call and again from time to time: what was made on one array must not be looked for on another.
 */
export const createSiteArrays = ({ store, clock, connect, deployment: own }: SiteArraysOptions): Arrays => {
  const connections = new Map<string, Connection>();
  let deploymentId = '';
  let deploymentKnownAtMilliseconds = -Infinity;
  /** What '' means; once remembered it stays. */
  let unnamedId = '';

  const isFresh = (sinceMilliseconds: number): boolean =>
    clock.nowMilliseconds() - sinceMilliseconds < freshMilliseconds;

  const askDeployment = async (port: SdpPort): Promise<void> => {
    deploymentId = (await port.describe()).sdpId;
    deploymentKnownAtMilliseconds = clock.nowMilliseconds();
  };

  const connectionTo = (row: RegisteredArray): Connection => {
    const kept = connections.get(row.sdpId);
    const connection =
      kept?.version === row.version
        ? kept
        : { port: connect(row), version: row.version, knownAtMilliseconds: -Infinity, readAtMilliseconds: 0 };
    connection.readAtMilliseconds = clock.nowMilliseconds();
    connections.set(row.sdpId, connection);
    return connection;
  };

  const known = async (sdpId: string, connection: Connection): Promise<SdpPort> => {
    if (!isFresh(connection.knownAtMilliseconds)) {
      const said = await connection.port.describe();
      if (said.sdpId !== sdpId) throw refused(`the address of array ${sdpId} leads to array ${said.sdpId}`);
      connection.knownAtMilliseconds = clock.nowMilliseconds();
    }
    return connection.port;
  };

  const named = async (sdpId: string): Promise<SdpPort> => {
    if (sdpId === deploymentId && own !== null && isFresh(deploymentKnownAtMilliseconds)) return own.port();
    const kept = connections.get(sdpId);
    if (kept !== undefined && isFresh(kept.readAtMilliseconds)) return await known(sdpId, kept);
    const row = await store.getArray(sdpId);
    if (row !== undefined) return await known(sdpId, connectionTo(row));
    connections.delete(sdpId);
    if (own !== null) {
      await askDeployment(own.port());
      if (sdpId === deploymentId) return own.port();
    }
    throw refused(`array ${sdpId} is not registered`);
  };

  const unnamed = async (): Promise<SdpPort> => {
    if (unnamedId === '') {
      const first = await store.getUnnamedArray();
      unnamedId = first ?? (own === null ? undefined : (await store.getDeploymentArray(own.url))?.sdpId) ?? '';
    }
    if (unnamedId !== '') return await named(unnamedId);
    if (own !== null) return own.port();
    throw refused('this is from before arrays had names, and nobody knows of which array: the deployment has none');
  };

  return {
    of: (sdpId) => (sdpId === '' ? unnamed() : named(sdpId)),
    own: () => own?.port() ?? null,
    registered: async () => {
      const rows = await store.listArrays();
      for (const row of rows) connectionTo(row);
      return rows.map(({ sdpId }) => sdpId);
    },
  };
};
