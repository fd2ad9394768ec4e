import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { BadConfig, parseConfig } from '../../../agent/config/agent-config.ts';
import { hostFacts } from '../../../agent/host/host-facts.ts';
import { createLog } from '../../../agent/logging/log.ts';

const good = {
  api: 'https://127.0.0.1:8443/',
  ca_file: '/etc/ca.pem',
  host_id: 'host1',
  token_file: '/etc/token',
  device_root: '/devices',
  state_dir: '/state',
  engine: 'postgres',
};
const parse = (change: Record<string, unknown>) => parseConfig(JSON.stringify({ ...good, ...change }), 'c.json');

describe('the configuration', () => {
  it('fills in what is left out', () => {
    expect(parse({})).toMatchObject({
      api: 'https://127.0.0.1:8443',
      engine: { kind: 'postgres' },
      heartbeat_interval_seconds: 10,
      keep_backups: true,
      host_iqn: 'iqn.2009-01.com.kaminario:initiator.host1',
    });
    const engine = { kind: 'postgres', bin_dir: '/pg/bin', run_as_user: 26, stop_databases_on_exit: true };
    expect(parse({ engine }).engine).toEqual(engine);
  });

  it.each([
    [{ api: 'http://127.0.0.1' }, /field api/],
    [{ api: undefined }, /field api/],
    [{ token_file: 'relative' }, /field token_file: must be an absolute path/],
    [{ colour: 'red' }, /unknown field colour/],
    [{ engine: 'oracle' }, /field engine/],
    [{ engine: { kind: 'postgres', flavour: 1 } }, /unknown field engine.flavour/],
    [{ engine: { kind: 'postgres', bin_dir: 7 } }, /field engine.bin_dir/],
    [{ keep_backups: 'no' }, /field keep_backups/],
    [{ host_name: '' }, /field host_name/],
    [{ vss_provider: 1 }, /field vss_provider/],
    [{ heartbeat_interval_seconds: 0 }, /field heartbeat_interval_seconds/],
  ])('names what is wrong in %j', (change, message) => {
    expect(() => parse(change)).toThrow(BadConfig);
    expect(() => parse(change)).toThrow(message);
  });

  it('says with every heartbeat whether backups may be kept', () => {
    expect(hostFacts(parse({ keep_backups: false }), '16')).toMatchObject({ may_keep_backups: false });
    expect(hostFacts(parse({}), '16')).toMatchObject({ may_keep_backups: true, db_engine_version: '16' });
  });

  it("says with every heartbeat the name of the host, which is the machine's unless it is given", () => {
    expect(hostFacts(parse({}), '16').host_name).toBe(hostname());
    expect(hostFacts(parse({ host_name: 'sqlprod1' }), '16').host_name).toBe('sqlprod1');
  });

  it.each([
    ['stands in for SQL Server', { engine: 'simulated' }, true],
    ['does so without a provider', { engine: { kind: 'simulated' }, vss_provider: false }, false],
    ['is PostgreSQL', {}, false],
    ['is PostgreSQL, whatever is asked for', { vss_provider: true }, false],
  ])('says with every heartbeat whether there is a VSS provider: an engine that %s', (_, change, has) => {
    expect(hostFacts(parse(change), '16').has_vss_provider).toBe(has);
  });

  it('does not quote a file that is not JSON', () => {
    expect(() => parseConfig('secret-token', 'c.json')).toThrow('configuration c.json is not JSON');
  });
});

describe('the log', () => {
  it('is one JSON object per line, without the secrets it was told of', () => {
    const lines: string[] = [];
    const log = createLog(
      (line) => lines.push(line),
      () => 0,
    );
    log.hide('secret-token');
    log.warn('event', { error: new Error('refused secret-token') });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '1970-01-01T00:00:00.000Z',
      level: 'warn',
      event: 'event',
      error: { name: 'Error', message: 'refused [hidden]' },
    });
  });
});
