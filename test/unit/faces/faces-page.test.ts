/** docs/faces.md says of every route whether it is served; its tables are held together with what is served. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { routeTable } from '../../../functions/api/route-table.ts';
import { RESOURCES } from '../../../local/array/resources/table.ts';

const page = readFileSync(path.join(import.meta.dirname, '../../../docs/faces.md'), 'utf8');
const flexPart = page.slice(page.indexOf('## Flex'), page.indexOf('## SDP'));

interface Row {
  readonly call: string;
  readonly served: string;
}

/** Rows of the form `| METHOD | \`path\` | served: \`operation\` | …` or `… | later | …`. */
const rows: readonly Row[] = [...flexPart.matchAll(/^\| (GET|POST|PUT|PATCH|DELETE) \| `([^`]+)` \| (.+?) \|/gm)].map(
  ([, method = '', address = '', served = '']) => ({ call: `${method} ${address}`, served }),
);

const servedByTable = routeTable.flatMap((route) =>
  [route.path, ...route.aliases].flatMap((address) =>
    (route.twin ? ['', '/__validate'] : ['']).map((suffix) => ({
      call: `${route.method} ${address}${suffix}`,
      served: `served: \`${route.operation}\``,
    })),
  ),
);

const byCall = (left: Row, right: Row): number => (left.call < right.call ? -1 : 1);

it('lists as served exactly what the route table has', () => {
  const served = rows.filter((row) => row.served !== 'later');
  expect([...served].sort(byCall)).toEqual([...servedByTable].sort(byCall));
});

it('lists every call once', () => {
  const calls = rows.map((row) => row.call);
  expect(calls.filter((call, index) => calls.indexOf(call) !== index)).toEqual([]);
});

it('says served or later of every row', () => {
  expect(rows.length).toBeGreaterThan(60);
  expect(rows.filter(({ served }) => served !== 'later' && !/^served: `[a-z-]+`$/.test(served))).toEqual([]);
});

it('lists as served exactly the resources of the array', () => {
  const sdpPart = page.slice(page.indexOf('## SDP'), page.indexOf('## The faces'));
  const served = [...sdpPart.matchAll(/^\| `([^`]+)` \| served \|/gm)].map(([, resource]) => resource);
  expect(served.sort()).toEqual(RESOURCES.map((resource) => resource.collection).sort());
});
