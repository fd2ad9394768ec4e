import { describe, expect, it } from 'vitest';
import {
  type ImportFacts,
  importIssues,
  importPlan,
  type ImportRequest,
} from '../../../shared/domain/import-validation.ts';
import { lockKey } from '../../../shared/domain/lock.ts';
import { aSnapshot } from '../../builders/catalog.ts';
import { aDatabase } from '../../builders/database.ts';
import { aHost } from '../../builders/host.ts';
import { anImportPlan } from '../../builders/task.ts';

const to = (dbName: string, hostId = 'host-2', dbId = '5') => ({ hostId, dbId, dbName });
const request = (...destinations: ImportRequest['destinations']): ImportRequest => ({
  destinations,
  targetState: 'online',
});
const wanted = request(to('sales_copy'));
const hosts = (...all: ReturnType<typeof aHost>[]) => new Map(all.map((host) => [host.hostId, host]));
const facts = (about: Partial<ImportFacts> = {}): ImportFacts => ({
  nowSeconds: 1010,
  snapshot: aSnapshot({ state: 'available' }),
  hosts: hosts(aHost({ hostId: 'host-2' })),
  databases: new Map(),
  locks: new Map(),
  ...about,
});
const lock = { key: 'k', owner: 'o', attempt: 1, heldSinceSeconds: 1, waiters: [], unsignalled: null, version: 1 };

describe('what is wrong with clones of a snapshot', () => {
  it.each([
    ['nothing; the host of the snapshot need not be there', wanted, facts(), []],
    ['an unknown host', request(to('a', 'x')), facts(), ['HOST_NOT_FOUND']],
    [
      'a silent host',
      wanted,
      facts({ hosts: hosts(aHost({ hostId: 'host-2', lastSeenSeconds: 1 })) }),
      ['HOST_NOT_CONNECTED'],
    ],
    [
      'databases that the snapshot does not hold, each once',
      request(to('a', 'host-2', '6'), to('b', 'host-2', '6'), to('c', 'host-2', '7')),
      facts(),
      ['DB_NOT_IN_SNAPSHOT', 'DB_NOT_IN_SNAPSHOT'],
    ],
    [
      'another engine',
      wanted,
      facts({ hosts: hosts(aHost({ hostId: 'host-2', vendor: 'mssql' })) }),
      ['DB_VENDOR_MISMATCH'],
    ],
    [
      'a host on another array',
      wanted,
      facts({ hosts: hosts(aHost({ hostId: 'host-2', sdpId: 'x' })) }),
      ['SDP_MISMATCH'],
    ],
    ['a host that names no array', wanted, facts({ hosts: hosts(aHost({ hostId: 'host-2', sdpId: '' })) }), []],
    ['a name twice', request(to('a'), to('A')), facts(), ['DB_NAME_DUPLICATED']],
    ['a bad name', request(to('a"b')), facts(), ['DB_NAME_INVALID']],
    [
      'a name in use',
      wanted,
      facts({ databases: new Map([['host-2', [aDatabase({ hostId: 'host-2', name: 'Sales_Copy' })]]]) }),
      ['DB_NAME_IS_IN_USE'],
    ],
    [
      'a reserved name',
      wanted,
      facts({ locks: new Map([[lockKey('host-2', 'sales_copy'), lock]]) }),
      ['DB_NAME_IS_IN_USE'],
    ],
    [
      'a snapshot that is being deleted',
      wanted,
      facts({ snapshot: aSnapshot({ exclusiveBy: 'request-9' }) }),
      ['RESOURCE_IS_LOCKED'],
    ],
    [
      'a snapshot that others read',
      wanted,
      facts({ snapshot: aSnapshot({ pins: new Set(['task#r', 'clone#h#5']) }) }),
      [],
    ],
    [
      'several things at once',
      request(to('a', 'x'), to('b', 'host-2', '6')),
      facts(),
      ['HOST_NOT_FOUND', 'DB_NOT_IN_SNAPSHOT'],
    ],
  ])('%s', (_, asked, known, expected) => {
    expect(importIssues(asked, known).map((one) => one.issue_type)).toEqual(expected);
  });

  it('is planned from the snapshot', () => {
    expect(importPlan(wanted, facts())).toEqual(anImportPlan());
    expect(importPlan({ ...wanted, targetState: 'recovery' }, facts()).targetState).toBe('recovery');
  });
});
