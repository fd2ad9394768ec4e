import type { Log } from '../../ports/log.ts';
import type { SdpPort } from '../../ports/sdp.ts';
import { arrayAddress } from './array-address.ts';
import { openSession, type ArraySession } from './array-session.ts';
import { authenticated } from './authenticated.ts';
import { withCircuitBreaker } from './circuit-breaker.ts';
import type { CredentialSource } from './credentials.ts';
import { ensureHost } from './hosts.ts';
import { locateVolumes } from './locate-volumes.ts';
import { ensureMapping, removeMappings } from './mappings.ts';
import { systemPatience } from './patience.ts';
import { createRedactor } from './redact.ts';
import { ensureSnapshot, removeSnapshotObject } from './snapshots.ts';
import { readCapacity, readDescription } from './system.ts';
import { createTlsTransport, type Transport, type TransportOptions } from './tls-transport.ts';
import { ensureView } from './views.ts';

export interface SdpHttpOptions extends TransportOptions {
  readonly credentials: CredentialSource;
  /**
   * Bound in milliseconds over everything one verb of the port does: look-ups, the call, repeats and pauses; only the
   * time that `credentials` takes comes on top. It must stay below the time-out of the Lambda that calls, with a second
   * or two to spare, so that the function can still say what happened; a function that calls two verbs in a row needs
   * twice as much.
   */
  readonly verbTimeoutMs: number;
  readonly log: Log;
  /** Milliseconds, only differences count. */
  readonly now?: () => number;
  readonly sleep?: (milliseconds: number) => Promise<unknown>;
  /** In [0, 1); spreads the pauses. */
  readonly random?: () => number;
}

/**
 * The array over its REST API (contract sdp-rest). Reads and everything that can be repeated safely are repeated a few
 * times with short pauses; a write that got no answer is looked up before it is tried again.
 *
 * Make one per array and process, and keep it: connections, and the knowledge that the array is silent, are its own.
 *
 * Credentials are sent with every request, to nobody but the holder of the trusted certificate, and appear in no error
 * and no log.
 *
 * @throws TypeError when `url` is not a plain https address, or `trust` is broken. The verbs reject as the port says.
 */
export const createSdpHttp = (options: SdpHttpOptions): SdpPort => createSdpOver(createTlsTransport(options), options);

/** The same over any transport; tests script one. */
export const createSdpOver = (transport: Transport, options: SdpHttpOptions): SdpPort => {
  const { host } = arrayAddress(options.url);
  const { credentials, log } = options;
  const redactor = createRedactor();
  const now = options.now ?? systemPatience.now;
  const session = {
    send: authenticated(withCircuitBreaker(transport, { host, log }), { credentials, redactor, log, host, now }),
    redact: redactor.redact,
    log,
    host,
    patience: {
      totalMs: options.verbTimeoutMs,
      now,
      sleep: options.sleep ?? systemPatience.sleep,
      random: options.random ?? systemPatience.random,
    },
  };
  const to = (what: string): ArraySession => openSession(session, what);

  return {
    describe: () => readDescription(to('say what it is')),
    capacity: () => readCapacity(to('say what it holds')),
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
