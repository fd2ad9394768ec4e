/** What a function may do. From it come its role, its variables and its network, so that the three cannot drift apart. */

export type TableAction =
  'GetItem' | 'BatchGetItem' | 'Query' | 'ConditionCheckItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem';
export type AgentQueueAction = 'SendMessage' | 'CreateQueue' | 'SetQueueAttributes' | 'DeleteQueue';
export type ExecutionAction = 'DescribeExecution';

export interface FunctionGrants {
  /** Actions on the table. Parts of a transaction need the action of the single item. */
  readonly table?: readonly TableAction[];
  /** Flows it may start, by folder name. */
  readonly startsFlows?: readonly string[];
  /** Actions on executions of the flows it names. */
  readonly executions?: { readonly flows: readonly string[]; readonly actions: readonly ExecutionAction[] };
  /** Success of parked task tokens, of the flows it names. */
  readonly signalsFlows?: readonly string[];
  /** Failure of parked task tokens. */
  readonly failsFlows?: readonly string[];
  /** Heartbeat of parked task tokens. */
  readonly beatsFlows?: readonly string[];
  readonly agentQueues?: readonly AgentQueueAction[];
  /** Hands out sessions of the agent role. */
  readonly lendsAgentCredentials?: boolean;
  /** Reads the secrets of arrays and runs in their network. */
  readonly callsArray?: boolean;
}

export type GrantTable = Readonly<Record<string, FunctionGrants>>;

export const allFlows = [
  'create-clone',
  'create-snapshot',
  'import-snapshot',
  'refresh',
  'delete-clone',
  'delete-snapshot',
  'unwind',
] as const;
/** Flows that wait with a task token: for locks, or for an agent. */
export const parkingFlows = ['create-clone', 'create-snapshot', 'import-snapshot', 'refresh', 'delete-clone'] as const;
/** Flows that freeze a source and take a snapshot of it. */
export const snapshotFlows = ['create-clone', 'create-snapshot'] as const;
