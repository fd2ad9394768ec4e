import type { Database, DatabaseVolume } from '../../shared/domain/database.ts';

export const aVolume = (about: Partial<DatabaseVolume> = {}): DatabaseVolume => ({
  sdpId: 'sdp-1',
  serial: 'serial-1',
  volumeId: 1,
  volumeName: 'volume-1',
  volumeGroupId: 1,
  volumeGroupName: 'group-1',
  ...about,
});

/** An online postgres database on one volume of the array. */
export const aDatabase = (about: Partial<Database> = {}): Database => ({
  hostId: 'host-1',
  dbId: '5',
  uid: '',
  name: 'sales',
  vendor: 'postgres',
  status: 'ONLINE',
  files: [],
  mountPoints: [{ kind: 'directory', path: 'data', serial: 'serial-1' }],
  connection: null,
  generation: 100,
  sequence: 1,
  volumes: [aVolume()],
  ...about,
});
