import { describe, expect, it } from 'vitest';
import { createSdpMemory } from '../../../shared/adapters/sdp-memory/sdp-memory.ts';
import { arrayUnavailable } from '../../../shared/domain/errors.ts';

const start = () => {
  const sdp = createSdpMemory({ now: () => 1_780_000_000_999 });
  const source = sdp.addVolumeGroup('sales', [{ name: 'data', serial: 'aaa', sizeMib: 1024 }]);
  return { sdp, source, error: arrayUnavailable('do as told', new Error('planned')) };
};

describe('sdp-memory faults', () => {
  it('fails before the effect: nothing is on the array', async () => {
    const { sdp, source, error } = start();
    const fault = sdp.fail({ verb: 'ensureSnapshot', nth: 1, when: 'before', error });
    expect(fault.fired()).toBe(false);
    await expect(sdp.ensureSnapshot('s1', source)).rejects.toBe(error);
    expect(fault.fired()).toBe(true);
    expect(sdp.contents().snapshots).toEqual([]);
  });

  it('fails after the effect: a repeat finds the same object', async () => {
    const { sdp, source, error } = start();
    sdp.fail({ verb: 'ensureSnapshot', nth: 1, when: 'after', error });
    await expect(sdp.ensureSnapshot('s1', source)).rejects.toBe(error);
    const [left] = sdp.contents().snapshots;
    expect(left).toMatchObject({ name: 's1', source: 'sales', takenAtSeconds: 1_780_000_000 });
    expect((await sdp.ensureSnapshot('s1', source)).id).toBe(left?.id);
  });

  it('counts the calls of its own verb from the moment it is set, and fires once', async () => {
    const { sdp, source, error } = start();
    await sdp.ensureSnapshot('s1', source);
    const fault = sdp.fail({ verb: 'ensureView', nth: 2, when: 'before', error });
    await sdp.ensureSnapshot('s2', source);
    await sdp.ensureView('v1', 's1');
    expect(fault.fired()).toBe(false);
    await expect(sdp.ensureView('v2', 's1')).rejects.toBe(error);
    await sdp.ensureView('v2', 's1');
    expect(sdp.contents().views.map(({ name, snapshot }) => ({ name, snapshot }))).toEqual([
      { name: 'v1', snapshot: 's1' },
      { name: 'v2', snapshot: 's1' },
    ]);
  });

  it('shows mappings and hosts', async () => {
    const { sdp, source } = start();
    await sdp.ensureSnapshot('s1', source);
    await sdp.ensureView('v1', 's1');
    await sdp.ensureHost({ name: 'db1', os: 'Linux', iqn: 'iqn.test:db1' });
    await sdp.ensureMapping('v1', 'db1');
    expect(sdp.contents()).toMatchObject({
      mappings: [{ view: 'v1', host: 'db1' }],
      hosts: [{ name: 'db1', os: 'Linux', iqns: ['iqn.test:db1'] }],
    });
  });
});
