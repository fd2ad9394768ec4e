/** The flows port over Step Functions. State machines are found by name: `FLOW_ARN_PREFIX` + flow. */
import {
  DescribeExecutionCommand,
  SendTaskFailureCommand,
  SendTaskHeartbeatCommand,
  SendTaskSuccessCommand,
  SFNClient,
  type SFNClientConfig,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import type { ExecutionStatus } from '../../domain/recovery.ts';
import { executionName } from '../../domain/task.ts';
import type { FlowsPort } from '../../ports/flows.ts';

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Answers to a token nobody waits for: timed out, answered before, or of an execution that is gone. */
const goneErrors: ReadonlySet<string> = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);

async function unlessGone(call: () => Promise<unknown>): Promise<'heard' | 'gone'> {
  try {
    await call();
    return 'heard';
  } catch (error) {
    if (goneErrors.has(nameOf(error))) return 'gone';
    throw error;
  }
}

const statusByAws: Readonly<Record<string, ExecutionStatus>> = {
  RUNNING: 'running',
  PENDING_REDRIVE: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  TIMED_OUT: 'stopped',
  ABORTED: 'stopped',
};

export function createFlows(arnPrefix: string, config: SFNClientConfig): FlowsPort {
  const client = new SFNClient(config);
  const executionArn = (flow: string, requestId: string, attempt: number): string =>
    `${arnPrefix.replace(':stateMachine:', ':execution:')}${flow}:${executionName(requestId, attempt)}`;

  return {
    async start(flow, input) {
      try {
        await client.send(
          new StartExecutionCommand({
            stateMachineArn: `${arnPrefix}${flow}`,
            name: executionName(input.request_id, input.attempt),
            input: JSON.stringify(input),
          }),
        );
      } catch (error) {
        // Somebody started this attempt before: that is what was wanted.
        if (nameOf(error) !== 'ExecutionAlreadyExists') throw error;
      }
    },

    async status(flow, requestId, attempt) {
      try {
        const found = await client.send(
          new DescribeExecutionCommand({ executionArn: executionArn(flow, requestId, attempt) }),
        );
        return statusByAws[found.status ?? ''] ?? 'running';
      } catch (error) {
        if (nameOf(error) === 'ExecutionDoesNotExist') return 'missing';
        throw error;
      }
    },

    succeed: (taskToken, output) =>
      unlessGone(() => client.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }))),
    fail: (taskToken, error, cause) =>
      unlessGone(() => client.send(new SendTaskFailureCommand({ taskToken, error, cause }))),
    heartbeat: (taskToken) => unlessGone(() => client.send(new SendTaskHeartbeatCommand({ taskToken }))),
  };
}
