/** Starts and follows the state machines. `shared/adapters/flows-sfn` speaks to Step Functions. */
import type { ExecutionStatus } from '../domain/recovery.ts';
import type { FlowName } from '../domain/plan.ts';

export interface FlowInput {
  readonly request_id: string;
  readonly attempt: number;
  /** Indices of the destinations, for the Map state. */
  readonly destinations: readonly number[];
}

export interface FlowsPort {
  /** Starting the same attempt twice is one start. */
  start(flow: FlowName | 'unwind', input: FlowInput): Promise<void>;
  status(flow: FlowName | 'unwind', requestId: string, attempt: number): Promise<ExecutionStatus>;
  /** `gone`: nobody waits under this token any more (timed out, failed, already answered). */
  succeed(token: string, output: Readonly<Record<string, unknown>>): Promise<'heard' | 'gone'>;
  fail(token: string, error: string, cause: string): Promise<'heard' | 'gone'>;
  heartbeat(token: string): Promise<'heard' | 'gone'>;
}
