import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recordEvent } from '../../../local/array/engine/record-event.ts';
import { resourceTable } from '../../../local/array/resources/table.ts';
import { openStore } from '../../../local/array/store/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'array-events-'));
const resources = resourceTable();
const store = openStore({
  path: folder,
  dataDir: folder,
  resources,
  now: () => 1_700_000_000,
  drawNumber: () => '123',
});

afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

describe('events', () => {
  it('are kept up to the newest ten thousand', () => {
    const definition = resources.get('volume_groups');
    if (definition === undefined) throw new Error('there are no volume groups');
    store.transaction(() => {
      for (let id = 1; id <= 10_003; id += 1) {
        recordEvent(
          store,
          { user: 'u', role: 'admin' },
          { definition, record: { id, name: `g${id}` }, deed: 'CREATED' },
        );
      }
    });
    expect(store.count('events', '', '')).toBe(10_000);
    const [oldest] = store.ids('events', '', '');
    const [newest] = store.ids('events', '', '', true);
    expect([oldest, newest]).toEqual([4, 10_003]);
    expect(store.find('events', 10_003)).toMatchObject({ message: 'volume group g10003 was created by u' });
  });
});
