import { FlexTopology, flexTopology } from '../../../shared/faces/flex/flex-topology.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { nowSeconds } from '../../../shared/ports/clock.ts';
import { wholeList } from '../../../shared/http/whole-list.ts';
import type { ApiDeps } from '../api-deps.ts';

const instead =
  'hosts are listed at /api/v1/hosts, databases of a host at /api/v1/hosts/{host_id}/databases, snapshots at /api/echo/v1/db_snapshots';

/** Every host with its databases, their snapshots and lineage: four partition reads; 503 past 5 MB. Flex contract, section 6. */
export const getTopology = defineOperation({
  operation: 'get-topology',
  method: 'GET',
  path: '/api/echo/v1/topology',
  aliases: ['/api/ocie/v1/topology'],
  capability: 'databases',
  audience: 'viewer',
  summary: 'Hosts, databases, snapshots and lineage',
  request: {},
  response: FlexTopology,
  successStatus: 200,
  task: null,
  async run(deps: ApiDeps) {
    const [hosts, databases, clones, snapshots] = await Promise.all([
      deps.store.listHosts(),
      deps.store.listAllDatabases(),
      deps.store.listClones(),
      deps.store.listSnapshotOutlines(),
    ]);
    const topology = flexTopology({ nowSeconds: nowSeconds(deps.clock), hosts, databases, clones, snapshots });
    return wholeList(topology, 'the topology', instead);
  },
});
