/**
 * The children of a site, on disk from the moment they are started: a site that is killed cannot end them, so the next
 * start on the folder does.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { endedWithin, identityOf, isRunning, signal } from './process-identity.ts';

/** A `helper` ends by itself and must not be cut off: it is making something. */
const Child = z.object({ role: z.enum(['array', 'agent', 'helper']), identity: z.string() });
type Child = z.infer<typeof Child>;

export interface RecordedChildren {
  add(role: Child['role'], pid: number): void;
}

const helperPatienceMs = 60_000;
/** An agent stops its databases before it ends. */
const endPatienceMs = 30_000;
const killPatienceMs = 5000;

const recordFile = (dataDir: string): string => join(dataDir, 'children.json');

export function readChildren(dataDir: string): readonly Child[] {
  try {
    return z.array(Child).parse(JSON.parse(readFileSync(recordFile(dataDir), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Begins an empty record; `endRecorded` must have dealt with the old one. */
export function openRecord(dataDir: string): RecordedChildren {
  const file = recordFile(dataDir);
  let children: readonly Child[] = [];
  return {
    // Synchronous: a kill right after the start of a child must find it written down.
    add: (role, pid) => {
      children = [...children.filter(({ identity }) => isRunning(identity)), { role, identity: identityOf(pid) }];
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(children));
      renameSync(`${file}.new`, file);
    },
  };
}

async function end({ role, identity }: Child): Promise<void> {
  if (role === 'helper' && (await endedWithin(identity, helperPatienceMs))) return;
  signal(identity, 'SIGTERM');
  if (await endedWithin(identity, endPatienceMs)) return;
  signal(identity, 'SIGKILL');
  if (!(await endedWithin(identity, killPatienceMs)))
    throw new Error(`process ${identity}, left by an earlier run, does not end`);
}

/** Ends what a killed site left running and tells how many processes that were. */
export async function endRecorded(dataDir: string): Promise<number> {
  const left = readChildren(dataDir).filter(({ identity }) => isRunning(identity));
  await Promise.all(left.map(end));
  return left.length;
}
