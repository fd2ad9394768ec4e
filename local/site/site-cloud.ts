/** What a site needs of the cloud that carries the product, whichever that is. */
import type { TableAccess } from '../cloud/table-access.ts';
import type { LogFiles } from './log-files.ts';

export interface SiteCloud {
  /** Of the API: `https://127.0.0.1:PORT` */
  readonly url: string;
  /** PEM file to trust for `url`. */
  readonly caFile: string;
  readonly table: TableAccess;
  stop(): Promise<void>;
}

/** What a site has ready when its cloud is to be started. */
export interface CloudContext {
  readonly dataDir: string;
  /** Where the array is, and what it is verified with. */
  readonly array: { readonly sdpUrl: string; readonly sdpCaFile: string };
  /** Values by secret name. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly logs: LogFiles;
}

export interface CloudStarter<CLOUD extends SiteCloud> {
  /** Throws, in words, what would keep the cloud from starting: asked before anything else is started. */
  check(): Promise<void>;
  start(context: CloudContext): Promise<CLOUD>;
}
