/** What the recorder noted, as calls by function. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type AwsCall, callsOf } from './recorder/aws-call.ts';

const Noted = z.object({
  functionName: z.string(),
  service: z.string(),
  region: z.string(),
  target: z.string(),
  body: z.string(),
});

/** Each call once. */
export async function recordedCalls(folder: string): Promise<ReadonlyMap<string, readonly AwsCall[]>> {
  const byFunction = new Map<string, Map<string, AwsCall>>();
  for (const file of await readdir(folder)) {
    const text = await readFile(join(folder, file), 'utf8');
    // A function that was stopped while it wrote leaves half a line, without its end.
    for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
      if (line === '') continue;
      const noted = Noted.parse(JSON.parse(line));
      const calls = byFunction.get(noted.functionName) ?? new Map<string, AwsCall>();
      byFunction.set(noted.functionName, calls);
      for (const call of callsOf(noted)) calls.set(`${call.action} ${call.resource ?? ''}`, call);
    }
  }
  return new Map([...byFunction].map(([name, calls]) => [name, [...calls.values()]]));
}
