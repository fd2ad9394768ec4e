import { silentLog, type Log } from '../../ports/log.ts';
import type { SdpPort } from '../../ports/sdp.ts';
import { openSession, type ArraySession } from './array-session.ts';
import { ensureHost } from './hosts.ts';
import { locateVolumes } from './locate-volumes.ts';
import { ensureMapping, removeMappings } from './mappings.ts';
import { systemPatience } from './patience.ts';
import { createRedact } from './redact.ts';
import { ensureSnapshot, removeSnapshotObject } from './snapshots.ts';
import { createTlsTransport, type Send, type TransportOptions } from './tls-transport.ts';
import { ensureView } from './views.ts';
import { SystemState } from './wire.ts';

export interface SdpHttpOptions extends TransportOptions {
  /**
   * Bound in milliseconds over everything one verb of the port does: look-ups, the call, repeats and pauses. It must
   * stay below the time-out of the Lambda that calls, with a second or two to spare, so that the function can still
   * say what happened; a function that calls two verbs in a row needs twice as much.
   */
  readonly requestTimeoutMs: number;
  /** Milliseconds, only differences count. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  /** In [0, 1); spreads the pauses. */
  readonly random?: () => number;
  readonly log?: Log;
}

/**
 * The array over its REST API (contract sdp-rest). Reads and everything that can be repeated safely are repeated a few
 * times with short pauses; a creation that got no answer is looked up by name before it is tried again.
 *
 * Credentials are sent with every request and appear in no error and no log.
 *
 * @throws TypeError when `url` is not a plain https address. The verbs reject as the port says.
 */
export const createSdpHttp = (options: SdpHttpOptions): SdpPort => createSdpOver(createTlsTransport(options), options);

/** The same over any transport; tests script one. */
export const createSdpOver = (send: Send, options: SdpHttpOptions): SdpPort => {
  const session = {
    send,
    redact: createRedact(options),
    log: options.log ?? silentLog,
    patience: {
      totalMs: options.requestTimeoutMs,
      now: options.now ?? systemPatience.now,
      sleep: options.sleep ?? systemPatience.sleep,
      random: options.random ?? systemPatience.random,
    },
  };
  const to = (what: string): ArraySession => openSession(session, what);

  return {
    describe: async () => {
      const asked = to('say what it is');
      const [state] = await asked.list('system/state', {}, SystemState);
      if (state === undefined) throw asked.refuse('it has no system state');
      return { sdpId: state.system_id, name: state.system_name };
    },
    locateVolumes: (serials) => locateVolumes(to('find volumes by serial'), serials),
    ensureHost: (host) => ensureHost(to(`make the host ${host.name}`), host),
    ensureSnapshot: (name, source) => ensureSnapshot(to(`take the snapshot ${name} of ${source.name}`), name, source),
    removeSnapshot: (name) => removeSnapshotObject(to(`remove the snapshot ${name}`), name, false),
    ensureView: (name, snapshotName) => ensureView(to(`make the view ${name} of ${snapshotName}`), name, snapshotName),
    removeView: (name) => removeSnapshotObject(to(`remove the view ${name}`), name, true),
    ensureMapping: (viewName, hostName) =>
      ensureMapping(to(`map the view ${viewName} to ${hostName}`), viewName, hostName),
    removeMappings: (viewName) => removeMappings(to(`unmap the view ${viewName}`), viewName),
  };
};
