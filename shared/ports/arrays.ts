/** The arrays of a site: the deployment's own, and those registered through the API. ADR 0011. */
import type { ArrayAddress, ShownAddress } from '../domain/array.ts';
import type { PresentedCertificate, SdpPort } from './sdp.ts';

export interface Arrays {
  /**
   * The array of that id. The one that answers is the one that was asked for. '' is what rows from before arrays had
   * names mean: the first array that the deployment had, or where none is remembered, its own as it answers now.
   * Throws `ArrayRefused` for one that is not registered, or whose address leads to another, and `ArrayUnavailable`.
   */
  of(sdpId: string): Promise<SdpPort>;
  /** The deployment's own, whichever array answers there, not asked anything yet; null where there is none. */
  own(): SdpPort | null;
  /** Ids of those registered through the API; none is asked anything. */
  registered(): Promise<readonly string[]>;
}

/** What the routes that register arrays need besides. */
export interface ArrayConnector {
  /** The deployment's own array, as its environment says; null where there is none. */
  readonly deployment: ShownAddress | null;
  /** A connection by an address that nobody has recorded yet; nothing is asked. */
  connect(address: ArrayAddress): SdpPort;
  /** Rejects with `ArrayUnavailable` when nobody answers there. */
  presentedCertificate(url: string): Promise<PresentedCertificate>;
}
