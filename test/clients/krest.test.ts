import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startedArray, type StartedArray } from '../integration/array/started-array.ts';
import { ensureKrest } from './krest-installation.ts';

const reader = { name: 'reader', password: 'reads', role: 'read_only' } as const;
const limited = { name: 'limited', password: 'slow', role: 'admin' } as const;
const INSTALLATION_TIMEOUT_MS = 300_000;

let array: StartedArray;
// What the session says of itself, under the names that krest_session.py gives it.
let told: ReturnType<typeof JSON.parse>;

async function runSession(python: string, given: object): Promise<unknown> {
  const script = fileURLToPath(new URL('krest_session.py', import.meta.url));
  // -I: nothing of the machine's own Python setting takes part.
  const child = spawn(python, ['-I', script], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(JSON.stringify(given));
  const [out, failure] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (out === '') throw new Error(`the krest session ended with: ${failure}`);
  return JSON.parse(out);
}

beforeAll(async () => {
  const python = await ensureKrest();
  array = await startedArray({ moreUsers: [reader, limited] });
  told = await runSession(python, {
    address: new URL(array.url).host,
    ca_file: array.caFile,
    root: ['admin', 'secret'],
    reader: [reader.name, reader.password],
    limited: [limited.name, limited.password],
  });
}, INSTALLATION_TIMEOUT_MS);

afterAll(async () => {
  await array.stop();
});

const httpError = (status: number, message: string) => ({
  type: 'HTTPError',
  status,
  // krest puts the array's own message below its own only when the answer is labelled exactly as JSON.
  text: expect.stringMatching(new RegExp(`\\n.*${message}`)),
});

describe('krest 1.3.8', () => {
  it('discovers the resources', () => {
    expect(told.discovered).toEqual(expect.arrayContaining(['volumes', 'volume_groups', 'system/state', 'volsnaps']));
  });

  it('provisions a group, volumes, a host and its mappings, and follows references', () => {
    expect(told.provision).toEqual({
      quota: null,
      volumes_count: 3,
      group_of_volume: 'krest_vg',
      host_of_iqn: 'krest_host',
      luns: [1, 2, 3],
      mapped: ['krest_v0', 'krest_v1', 'krest_v2'],
      has_serial: true,
    });
  });

  it('clones by a view and finds its disks', () => {
    expect(told.view).toEqual({
      names: ['krest_vg:s1', 'krest_vg:w1'],
      source: 's1',
      is_exposable: true,
      disks: ['krest_vg:w1:krest_v0', 'krest_vg:w1:krest_v1', 'krest_vg:w1:krest_v2'],
      luns: [4, 5, 6],
      serials: 3,
      views_of_host: 1,
    });
  });

  it('pages and sorts', () => {
    const all = ['krest_v0', 'krest_v1', 'krest_v2'];
    expect(told.pages).toEqual({
      followed: all,
      first: all.slice(0, 2),
      second: all.slice(2),
      past_the_end: 0,
      total_only: 3,
      newest_first: all.toReversed(),
    });
  });

  it('filters by objects, lists, parts and numbers, and picks fields', () => {
    expect(told.filters).toEqual({
      by_object: 3,
      by_objects: 3,
      by_names: 3,
      contains_some: 1,
      numbers: 1,
      fields: ['id', 'name'],
      fields_of_hits: ['id', 'name'],
    });
  });

  it('changes objects, by what was read and by the id alone', () => {
    expect(told.changes).toEqual({ description: 'changed by krest', quota: 5_000_000 });
  });

  it.each([
    ['duplicate', 400, 'already exists'],
    ['missing_field', 400, 'field volume_group is missing'],
    ['unknown_id', 404, 'does not exist'],
    ['wrong_verb', 405, 'not supported'],
    ['wrong_password', 401, 'credentials'],
    ['reader_writes', 403, 'role read_only'],
  ])('raises %s as an HTTPError %i with the message of the array', (name, status, message) => {
    expect(told.errors[name]).toEqual(httpError(status, message));
  });

  it('knows an unknown resource without asking, and its role', () => {
    expect(told.errors).toMatchObject({
      unknown_resource: { type: 'KeyError' },
      reader_role: 'read_only',
      root_role: 'root',
    });
  });

  it('is held back when it calls too fast, and gets through when it waits', () => {
    expect(told.too_fast).toEqual({ refused: httpError(429, 'too fast'), patient: null });
  });

  it('gets over an outage and a restart by its own repetition', () => {
    expect(told.outage).toEqual({ after_503: 'ONLINE', after_restart: 'ONLINE' });
  });

  it('has a write with an old sequence refused and done never, and may repeat one that was refused', () => {
    expect(told.sequences).toEqual({
      first: null,
      same: httpError(409, 'sequence'),
      one_is_old: httpError(409, 'sequence b=1'),
      refused_for_its_name: httpError(400, 'already exists'),
      greater: null,
    });
  });

  it('makes, changes and removes in bulk, all or nothing', () => {
    expect(told.bulk).toEqual({
      made: ['krest_vg:bulk0', 'krest_vg2:bulk1'],
      renamed: ['krest_vg:bulk0_new', 'krest_vg2:bulk1_new'],
      refused: httpError(400, 'already exists'),
      left_by_refused: 0,
      left: 0,
    });
  });

  it('restores a group in place', () => {
    expect(told.restore).toEqual({ from: 'krest_vg:s1', time: true });
  });

  it('dumps everything', () => {
    expect(told.dump).toEqual({ resources: true, has_volume: true });
  });

  it('tears down in the order that the array asks for', () => {
    expect(told.tear_down).toEqual({ refused: [], left: 0 });
  });
});
