/** Sends commands to the queue of a host. `shared/adapters/agents-sqs` speaks to SQS. */
import type { AgentCommand } from '../contracts/agent.ts';

export interface AgentsPort {
  send(queueUrl: string, command: AgentCommand): Promise<void>;
}

/** Makes and removes the queues themselves; only the agents' functions and the sweeper need it. */
export interface AgentQueuesPort {
  /** URL of the host's queue for this registration, created when absent. */
  ensureQueue(hostId: string, generation: number): Promise<string>;
  removeQueue(queueUrl: string): Promise<void>;
  /** Credentials that reach this queue only. `expiresAtSeconds` in Unix seconds. */
  credentialsFor(queueUrl: string, hostId: string): Promise<QueueCredentials>;
}

export interface QueueCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtSeconds: number;
  readonly region: string;
  /** Only where the queue is not in AWS. */
  readonly endpoint: string;
}
