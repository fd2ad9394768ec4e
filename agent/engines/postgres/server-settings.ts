import type { Cluster } from './cluster.ts';

/**
 * Settings given on the server's command line, where nothing in the cluster's own files can override them. They matter
 * most for a copy, whose files still say what was right for its source: another data directory, port or socket.
 */
export function startOptions(cluster: Cluster): readonly string[] {
  const settings: Readonly<Record<string, string>> = {
    data_directory: cluster.dataDirectory,
    hba_file: cluster.accessRulesPath,
    external_pid_file: cluster.pidPath,
    listen_addresses: '127.0.0.1',
    port: String(cluster.port),
    unix_socket_directories: cluster.privateDirectory,
    logging_collector: 'off',
    log_destination: 'stderr',
    hot_standby: 'on',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * The agent comes in through the socket, whose folder is open to nobody else; everybody else (TCP) meets the cluster's
 * own rules, so that a copy keeps its source's passwords.
 */
export const accessRules = (cluster: Cluster): string =>
  `local all all trust\ninclude "${cluster.dataDirectory}/pg_hba.conf"\n`;

/**
 * What a copy must not inherit: it would archive over its source's archive, follow or block on its source's standbys,
 * stop at an old recovery target, or consume its source's logical replication.
 */
const copyResets: Readonly<Record<string, string>> = {
  archive_mode: 'off',
  archive_command: '',
  archive_library: '',
  restore_command: '',
  archive_cleanup_command: '',
  recovery_end_command: '',
  recovery_target: '',
  recovery_target_lsn: '',
  recovery_target_name: '',
  recovery_target_time: '',
  recovery_target_xid: '',
  primary_conninfo: '',
  primary_slot_name: '',
  synchronous_standby_names: '',
  max_logical_replication_workers: '0',
};

/** Settings of the source that only the command line decides now. */
const droppedFromCopy = ['port', 'listen_addresses', 'unix_socket_directories', 'hba_file', 'data_directory'] as const;

/** Rewrites `postgresql.auto.conf` of a copy: it is read last, so it wins over `postgresql.conf`. */
export function resetAutoConf(text: string): string {
  const reset = new Set<string>([...Object.keys(copyResets), ...droppedFromCopy]);
  const kept = text.split('\n').filter((line) => line !== '' && !reset.has(settingName(line)));
  const resets = Object.entries(copyResets).map(([name, value]) => `${name} = '${value}'`);
  return `${[...kept, ...resets].join('\n')}\n`;
}

const settingName = (line: string): string => (/^\s*([\w.]+)/.exec(line)?.[1] ?? '').toLowerCase();

/** Quotes one word for the shell that pg_ctl starts the server through. */
export const shellWord = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
