import { join } from 'node:path';

/** Where everything of one array lies under its data directory. */
export interface Layout {
  readonly dataDir: string;
  readonly state: string;
  readonly tls: string;
  readonly volumes: string;
  readonly hosts: string;
  /** The bytes of a volume or volsnap. */
  volume(id: number): string;
  /** The copy that is to replace a volume's bytes, and the bytes that it replaced. */
  incoming(id: number): string;
  outgoing(id: number): string;
  /** The device root of a host: one entry per disk that is mapped to it. */
  host(name: string): string;
  device(host: string, serial: string): string;
}

export function layoutOf(dataDir: string): Layout {
  const volumes = join(dataDir, 'volumes');
  const hosts = join(dataDir, 'hosts');
  return {
    dataDir,
    state: join(dataDir, 'state'),
    tls: join(dataDir, 'tls'),
    volumes,
    hosts,
    volume: (id) => join(volumes, String(id)),
    incoming: (id) => join(volumes, `.restore-${id}`),
    outgoing: (id) => join(volumes, `.replaced-${id}`),
    host: (name) => join(hosts, name),
    device: (host, serial) => join(hosts, host, serial),
  };
}

/** Another user runs the databases: folders can be walked through by everybody whatever the umask says. */
export const OPEN_FOLDER_MODE = 0o755;
