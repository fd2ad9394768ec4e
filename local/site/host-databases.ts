/** What an operator prepares for a host: the host and its volumes on the array, databases by the agent's command line. */
import { z } from 'zod';
import { type ArrayAccess, type ArrayHost, provision, provisionHost } from '../array/provision.ts';
import { ChildFailed, runNode } from './child-process.ts';
import type { HostSpec } from './host-spec.ts';
import type { RecordedChildren } from './recorded-children.ts';

export interface HostDatabasesOptions {
  readonly array: ArrayAccess;
  readonly agentScript: string;
  readonly configFile: string;
  readonly superuserPasswordFile: string;
  readonly children: RecordedChildren;
  readonly report: (line: string) => void;
}

/** Volumes of a fixture's database, in KiB: a size to be seen, no bytes are taken. */
const volumeSizeKib = 10 * 1024 * 1024;

const arrayHost = (hostId: string): ArrayHost => ({
  name: hostId,
  type: 'Linux',
  iqn: `iqn.2009-01.com.kaminario:initiator.${hostId}`,
});

const ListedDatabases = z.array(z.object({ name: z.string() }));

async function runAgentCommand(options: HostDatabasesOptions, args: readonly string[]): Promise<unknown> {
  const command = [...args, '--config', options.configFile];
  const output = await runNode(options.agentScript, command, (pid) => options.children.add('helper', pid));
  return JSON.parse(output.trim().split('\n').at(-1) ?? 'null');
}

/** Serials of the data volume and, for PostgreSQL, of the volume for the log. */
async function volumesFor(options: HostDatabasesOptions, spec: HostSpec, name: string): Promise<readonly string[]> {
  const prefix = `${spec.hostId}-${name}`;
  const names = spec.vendor === 'postgres' ? [`${prefix}-data`, `${prefix}-wal`] : [`${prefix}-data`];
  const { volumes } = await provision(options.array, {
    volumeGroup: `${prefix}-vg`,
    volumes: names.map((volume) => ({ name: volume, sizeKib: volumeSizeKib })),
    host: arrayHost(spec.hostId),
  });
  return volumes.map(({ serial }) => serial);
}

/** What the agent's `create-database` exits with when the volume is not empty. */
const volumeInUse = 73;

/** False when its volume holds something already: what a refresh replaced stays on the array for good. */
async function makeDatabase(options: HostDatabasesOptions, spec: HostSpec, name: string): Promise<boolean> {
  const [data, wal] = await volumesFor(options, spec, name);
  if (data === undefined) throw new Error(`no volume was made for ${name}`);
  const walFlags = wal === undefined ? [] : ['--wal-volume', wal];
  const passwordFlags = spec.vendor === 'postgres' ? ['--superuser-password-file', options.superuserPasswordFile] : [];
  try {
    const flags = ['--name', name, '--volume', data, ...walFlags, ...passwordFlags];
    await runAgentCommand(options, ['create-database', ...flags]);
    return true;
  } catch (error) {
    if (!(error instanceof ChildFailed) || error.exitCode !== volumeInUse) throw error;
    options.report(`${name} is not made on ${spec.hostId}: its volume ${data} is in use`);
    return false;
  }
}

/**
 * Makes what is missing of the host on the array, and the databases of `spec` that it does not have yet. The names of
 * those it has then.
 */
export async function ensureDatabases(options: HostDatabasesOptions, spec: HostSpec): Promise<readonly string[]> {
  await provisionHost(options.array, arrayHost(spec.hostId));
  if (spec.databases.length === 0) return [];
  const listed = ListedDatabases.parse(await runAgentCommand(options, ['list']));
  const there: string[] = [];
  for (const name of spec.databases) {
    const isThere = listed.some((one) => one.name === name) || (await makeDatabase(options, spec, name));
    if (isThere) there.push(name);
  }
  return there;
}
