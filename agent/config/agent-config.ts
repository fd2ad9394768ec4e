import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import * as z from 'zod/mini';

const text = z.string().check(z.minLength(1));
const absolutePath = z.string().check(z.regex(/^\//, 'must be an absolute path'));

const EngineObject = z.strictObject({
  kind: z.enum(['postgres', 'simulated']),
  /** Folder with initdb, pg_ctl and postgres. */
  bin_dir: z.optional(absolutePath),
  /** User (name or number of /etc/passwd) that PostgreSQL runs as when the agent is root. */
  run_as_user: z.optional(z.union([text, z.int().check(z.positive())])),
  stop_databases_on_exit: z.optional(z.boolean()),
});
export type EngineConfig = z.infer<typeof EngineObject>;

const FileContent = z.strictObject({
  api: z.url({ protocol: /^https$/, error: 'must be an https:// address' }),
  ca_file: absolutePath,
  host_id: z.string().check(z.minLength(1), z.maxLength(256)),
  token_file: absolutePath,
  device_root: absolutePath,
  state_dir: absolutePath,
  engine: z.union([z.enum(['postgres', 'simulated']), EngineObject], {
    error: 'must be "postgres", "simulated" or an object {kind, bin_dir?, run_as_user?, stop_databases_on_exit?}',
  }),
  heartbeat_interval_seconds: z._default(z.number().check(z.positive(), z.maximum(300)), 10),
  /** Name the control plane shows. */
  host_name: z.optional(text),
  host_iqn: z.optional(text),
  /** Whether a database that is replaced may be renamed and kept. */
  keep_backups: z._default(z.boolean(), true),
  /** Whether the simulated engine plays one; PostgreSQL never has one. */
  vss_provider: z._default(z.boolean(), true),
});

/** The agent's configuration, with every default filled in. */
export interface AgentConfig extends Omit<z.infer<typeof FileContent>, 'engine' | 'host_name' | 'host_iqn'> {
  readonly engine: EngineConfig;
  readonly host_name: string;
  readonly host_iqn: string;
}

export class BadConfig extends Error {}

/** @throws BadConfig naming the file and every field that is wrong or unknown. */
export async function loadConfig(path: string): Promise<AgentConfig> {
  let content: string;
  try {
    content = await readFile(resolve(path), 'utf8');
  } catch (error) {
    throw new BadConfig(`cannot read configuration ${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseConfig(content, path);
}

/** @param name shown in errors. @throws BadConfig naming every field that is wrong or unknown. */
export function parseConfig(content: string, name: string): AgentConfig {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    // The parser's message quotes the text, and a token may have been pasted into it.
    throw new BadConfig(`configuration ${name} is not JSON`);
  }
  const parsed = FileContent.safeParse(json);
  if (!parsed.success) {
    throw new BadConfig(`configuration ${name}: ${parsed.error.issues.map(describeIssue).join('; ')}`);
  }
  const { engine: named, host_name, host_iqn, ...rest } = parsed.data;
  const engine = typeof named === 'string' ? { kind: named } : named;
  return {
    ...rest,
    api: rest.api.replace(/\/+$/, ''),
    engine,
    vss_provider: engine.kind === 'simulated' && rest.vss_provider,
    host_name: host_name ?? hostname(),
    host_iqn: host_iqn ?? `iqn.2009-01.com.kaminario:initiator.${rest.host_id}`,
  };
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return `unknown field ${issue.keys.map((key) => [...issue.path, key].join('.')).join(', ')}`;
  // The engine may be written in two ways; of an object, say what is wrong inside it.
  const inside =
    issue.code === 'invalid_union'
      ? issue.errors.flat().filter((nested) => nested.code === 'unrecognized_keys' || nested.path.length > 0)
      : [];
  if (inside.length > 0)
    return inside.map((nested) => describeIssue({ ...nested, path: [...issue.path, ...nested.path] })).join('; ');
  return `field ${field || '(whole file)'}: ${issue.message}`;
}
