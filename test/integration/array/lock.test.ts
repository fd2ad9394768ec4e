import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startArray, type ArrayProcess } from '../../../local/array/array-process.ts';
import { startArrayServer } from '../../../local/array/server.ts';
import { eventually } from './array-client.ts';
import { CREDENTIALS, startedArray, temporaryFolder, type StartedArray } from './started-array.ts';

let array: StartedArray;
beforeAll(async () => {
  array = await startedArray();
});
afterAll(async () => {
  await array.stop();
});

const second = (dataDir: string) => startArrayServer({ port: 0, ...CREDENTIALS, dataDir });

describe('a second array on the same folder', () => {
  it('is refused, under another name of the folder and during a restart too', async () => {
    await expect(second(array.dataDir)).rejects.toThrow(`${array.dataDir} is in use by another array`);
    const link = join(await temporaryFolder(), 'link');
    await symlink(array.dataDir, link);
    await expect(second(link)).rejects.toThrow('is in use by another array');
    await array.call('POST', '/__admin/faults', { call: '* *', restart: true, delay_ms: 2500 });
    await expect(array.call('GET', '/volumes')).rejects.toThrow();
    await expect(second(array.dataDir)).rejects.toThrow('is in use by another array');
    await eventually(async () => array.call('GET', '/volumes').catch(() => undefined));
  });

  it('is let in when the first one has ended, in good order or killed', async () => {
    array = await array.restart();
    const dataDir = await temporaryFolder();
    const start = (): Promise<ArrayProcess> => startArray({ dataDir, port: 0, ...CREDENTIALS });
    const killed = await start();
    process.kill(killed.pid, 'SIGKILL');
    const next = await start();
    await expect(second(dataDir)).rejects.toThrow('is in use by another array');
    await next.stop();
    await (await second(dataDir)).close();
  });
});
