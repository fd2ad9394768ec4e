/**
 * Where the end-to-end suite runs. Tests see a deployed product from outside: its public API, the array's REST API, the
 * hosts' processes and device roots, the table. Which engines carry it is the bed's business.
 */
import type { EnvironmentOverrides } from '../../../infra/environments.ts';
import type { ArrayAccess } from '../../../local/array/provision.ts';
import type { TableAccess } from '../../../local/cloud/table-access.ts';
import type { ApiClient } from '../../../local/site/api-client.ts';
import { startEmbeddedBed } from './embedded-bed.ts';
import { deployedLocalStack } from './deployed-localstack.ts';
import { startLocalStackBed } from './localstack-bed.ts';

export interface BedHost {
  readonly hostId: string;
  /** `<deviceRoot>/<serial>` is a disk mapped to the host. */
  readonly deviceRoot: string;
  agentPid(): number;
  /** Ends the agent; SIGKILL leaves it no time to tidy up. */
  stopAgent(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  restartAgent(): void;
  /** Runs the agent's command line on the host; its last line of output. */
  agentCommand(...args: readonly string[]): Promise<string>;
}

export interface SeenExecution {
  readonly name: string;
  readonly status: string;
  /** Everything the engine keeps of it, as text. */
  readonly history: string;
}

export interface Bed {
  readonly url: string;
  /** PEM file to trust for `url`. */
  readonly caFile: string;
  /** As the administrator. */
  readonly api: ApiClient;
  /** With no token. */
  readonly anonymous: ApiClient;
  readonly array: ArrayAccess;
  readonly hosts: ReadonlyMap<string, BedHost>;
  readonly table: TableAccess;
  /** Of the PostgreSQL databases, and so of their clones. */
  readonly superuserPassword: string;
  readonly adminPassword: string;
  /** Everything the deployment and its agents keep on this machine, their logs included. */
  readonly dataDir: string;
  /** Those that this bed's work caused, newest first. */
  executions(): Promise<readonly SeenExecution[]>;
  /** What the functions logged since the bed began. */
  functionLogs(): Promise<string>;
  /** Puts an array's account into Secrets Manager, as an operator does. */
  keepSecret(name: string, account: { readonly username: string; readonly password: string }): Promise<void>;
  /** What the tick does, now and once: calls every scheduled job. */
  tick(): Promise<void>;
  /** Kills the array as a power cut would. */
  killArray(): Promise<void>;
  /** Starts it again where it was. */
  reviveArray(): Promise<void>;
  /** Ends everything and removes what it kept. */
  stop(): Promise<void>;
}

export interface BedOptions {
  readonly hosts: readonly {
    readonly hostId: string;
    readonly vendor: 'mssql' | 'postgres';
    readonly databases: readonly string[];
  }[];
  /** Timing of the deployment, for tests of what happens when somebody falls silent. */
  readonly environment?: EnvironmentOverrides;
  /** How often the sweeper comes: every second or more when left out, so that a test sees soon what only it mends. */
  readonly sweeps?: 'each minute';
}

/** On the LocalStack that the harness deployed to, where it says so; on the embedded cloud otherwise. */
export async function startBed(options: BedOptions): Promise<Bed> {
  const deployed = deployedLocalStack();
  return deployed === undefined ? startEmbeddedBed(options) : startLocalStackBed(options, deployed);
}

export function hostOf(bed: Bed, hostId: string): BedHost {
  const host = bed.hosts.get(hostId);
  if (host === undefined) throw new Error(`the bed has no host ${hostId}`);
  return host;
}
