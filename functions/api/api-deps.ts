/** What API operations may need; every function is given only its part. */
import type { AgentQueuesPort } from '../../shared/ports/agents.ts';
import type { ArrayConnector, Arrays } from '../../shared/ports/arrays.ts';
import type { FlowsPort } from '../../shared/ports/flows.ts';
import type { Ids } from '../../shared/ports/ids.ts';
import type { Store } from '../../shared/ports/store.ts';
import type { ChainDeps } from '../../shared/http/chain.ts';

export interface ApiDeps extends ChainDeps {
  readonly store: Store;
  readonly ids: Ids;
}

export interface FlowApiDeps extends ApiDeps {
  readonly flows: FlowsPort;
}

export interface AgentApiDeps extends FlowApiDeps {
  readonly queues: AgentQueuesPort;
  readonly arrays: Arrays;
}

export interface ArrayApiDeps extends ApiDeps {
  readonly arrays: Arrays;
  readonly connector: ArrayConnector;
}
