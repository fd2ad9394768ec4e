import type { ArrayAddress, RegisteredArray } from '../../domain/array.ts';
import { DomainError } from '../../domain/errors.ts';
import type { Arrays } from '../../ports/arrays.ts';
import type { Clock } from '../../ports/clock.ts';
import type { SdpPort } from '../../ports/sdp.ts';
import type { ArrayStore } from '../../ports/store.ts';

export interface SiteArraysOptions {
  readonly store: Pick<ArrayStore, 'getArray' | 'listArrays'>;
  readonly clock: Clock;
  readonly connect: (address: ArrayAddress) => SdpPort;
  /** The deployment's own; null where there is none. */
  readonly deployment: (() => SdpPort) | null;
}

/** A change of a registration is heard of after this, in a function that has been warm since before it. */
const rowFreshMilliseconds = 60_000;

interface Connection {
  readonly port: SdpPort;
  readonly version: number;
  /** The array there has said that it is the one. */
  isKnown: boolean;
  readAtMilliseconds: number;
}

const refused = (why: string): DomainError => new DomainError('ArrayRefused', why);

/**
 * Connections are kept as long as the function is warm and the registration is the same. Each asks the array once who it
 * is: an address that came to lead to another array must not have its snapshots deleted.
 */
export const createSiteArrays = ({ store, clock, connect, deployment }: SiteArraysOptions): Arrays => {
  const connections = new Map<string, Connection>();
  let deploymentId = '';

  const isOfDeployment = async (sdpId: string): Promise<boolean> => {
    if (deployment === null) return false;
    if (deploymentId === '') deploymentId = (await deployment().describe()).sdpId;
    return deploymentId === sdpId;
  };

  const connectionTo = (row: RegisteredArray): Connection => {
    const kept = connections.get(row.sdpId);
    const connection =
      kept?.version === row.version
        ? kept
        : { port: connect(row), version: row.version, isKnown: false, readAtMilliseconds: 0 };
    connection.readAtMilliseconds = clock.nowMilliseconds();
    connections.set(row.sdpId, connection);
    return connection;
  };

  const known = async (sdpId: string, connection: Connection): Promise<SdpPort> => {
    if (!connection.isKnown) {
      const said = await connection.port.describe();
      if (said.sdpId !== sdpId) throw refused(`the address of array ${sdpId} leads to array ${said.sdpId}`);
      connection.isKnown = true;
    }
    return connection.port;
  };

  return {
    of: async (sdpId) => {
      if (sdpId === '' || sdpId === deploymentId) {
        if (deployment === null) throw refused('this deployment has no array of its own');
        return deployment();
      }
      const kept = connections.get(sdpId);
      if (kept !== undefined && clock.nowMilliseconds() - kept.readAtMilliseconds < rowFreshMilliseconds) {
        return await known(sdpId, kept);
      }
      const row = await store.getArray(sdpId);
      if (row !== undefined) return await known(sdpId, connectionTo(row));
      connections.delete(sdpId);
      if (deployment !== null && (await isOfDeployment(sdpId))) return deployment();
      throw refused(`array ${sdpId} is not registered`);
    },

    all: async () => [
      ...(deployment === null ? [] : [{ sdpId: '', port: deployment() }]),
      ...(await store.listArrays()).map((row) => ({ sdpId: row.sdpId, port: connectionTo(row).port })),
    ],
  };
};
