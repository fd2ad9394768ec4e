import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import { readTextIfThere, writeDurably } from '../../journal/durable-file.ts';
import { isAlive } from '../../registry/process-identity.ts';
import { appendLockPath, freezeMarkerPath } from './database-files.ts';

/** `expires_at_ms` (Unix milliseconds) frees the writers even when the agent that froze them is dead. */
const FreezeMarker = z.object({ freeze_id: z.string(), expires_at_ms: z.number() });

const pollMilliseconds = 5;

/**
 * Sets the marker, then waits until no append is under way: an append that begins later sees the marker.
 * @throws Error when an append does not end in time (the marker is gone then) or another freeze is in force.
 */
export async function setFreezeMarker(volume: string, freezeId: string, maxSeconds: number): Promise<void> {
  const deadline = performance.now() + maxSeconds * 1000;
  const other = await readMarker(volume);
  if (other && other.freeze_id !== freezeId && Date.now() < other.expires_at_ms)
    throw new Error('another freeze is in force');
  await writeDurably(
    freezeMarkerPath(volume),
    JSON.stringify({ freeze_id: freezeId, expires_at_ms: Date.now() + maxSeconds * 1000 }),
    { mode: 0o644 },
  );
  for (;;) {
    const holder = await readTextIfThere(appendLockPath(volume));
    if (holder === null || !isAlive(holder)) return;
    if (performance.now() > deadline) break;
    await delay(pollMilliseconds);
  }
  await rm(freezeMarkerPath(volume), { force: true });
  throw new Error('a writer did not finish its row in time');
}

/** Lets the writers go on; false when this very freeze did not hold them any more. */
export async function removeFreezeMarker(volume: string, freezeId: string): Promise<boolean> {
  const marker = await readMarker(volume);
  if (marker?.freeze_id !== freezeId) return false;
  await clearFreezeMarker(volume);
  return true;
}

/** Lets the writers go on, whoever held them. */
export const clearFreezeMarker = (volume: string): Promise<void> => rm(freezeMarkerPath(volume), { force: true });

/**
 * For writers: whether they must wait. The answer counts only while the append lock is held. An expired marker is removed before anybody writes,
 * so that the agent finds it missing and cannot claim that the freeze was held.
 */
export async function mustWait(volume: string): Promise<boolean> {
  const marker = await readMarker(volume);
  if (marker === null) return false;
  if (Date.now() < marker.expires_at_ms) return true;
  await clearFreezeMarker(volume);
  return false;
}

async function readMarker(volume: string): Promise<z.infer<typeof FreezeMarker> | null> {
  const text = await readTextIfThere(freezeMarkerPath(volume));
  return text === null ? null : FreezeMarker.parse(JSON.parse(text));
}
