/** The interpreter with every flow loaded; it can be lost and another takes its place, as when the embedded cloud is killed. */
import { createFlows } from '../../../shared/adapters/flows-sfn/flows-sfn.ts';
import type { FlowsPort } from '../../../shared/ports/flows.ts';
import type { Execution } from '../../../local/cloud/state-machines/execution.ts';
import { startStepFunctions, type StepFunctions } from '../../../local/cloud/state-machines/step-functions.ts';
import { WireError } from '../../../local/cloud/wire/aws-json.ts';
import { flowArnPrefix, machineSources, stepNames } from './flow-machines.ts';

export interface Engine {
  /** Reaches whichever interpreter is there now. */
  readonly flows: FlowsPort;
  executions(): readonly Execution[];
  /** The state that waits under this token hears no heartbeat in time; false when nobody waits. */
  timeOut(token: string): boolean;
  /** StopExecution on everything that runs: no Catch is run. */
  abort(): void;
  /** Everything the interpreter knew is gone. */
  lose(): Promise<void>;
  stop(): Promise<void>;
}

type Invoke = (step: string, payload: unknown) => Promise<unknown>;

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

export const startEngine = async (
  invoke: Invoke,
  onChange: () => void,
  onTrouble: (what: string) => void,
): Promise<Engine> => {
  const begin = async (): Promise<{ readonly engine: StepFunctions; readonly flows: FlowsPort }> => {
    const engine = await startStepFunctions(invoke, (message, cause) => onTrouble(`${message}: ${String(cause)}`));
    engine.load(machineSources, stepNames);
    engine.executions.onStatusChange = onChange;
    return {
      engine,
      flows: createFlows(flowArnPrefix, {
        region: 'us-east-1',
        endpoint: engine.endpoint,
        credentials,
        maxAttempts: 1,
      }),
    };
  };
  let current = await begin();
  return {
    flows: {
      start: (flow, input) => current.flows.start(flow, input),
      status: (flow, requestId, attempt) => current.flows.status(flow, requestId, attempt),
      succeed: (token, output) => current.flows.succeed(token, output),
      fail: (token, error, cause) => current.flows.fail(token, error, cause),
      heartbeat: (token) => current.flows.heartbeat(token),
    },
    executions: () => current.engine.executions.all(),
    timeOut: (token) => {
      try {
        current.engine.executions.tokens.fail(token, 'States.HeartbeatTimeout', 'no heartbeat in time');
        return true;
      } catch (error) {
        if (error instanceof WireError) return false;
        throw error;
      }
    },
    abort: () => current.engine.executions.stopAll(),
    lose: async () => {
      const lost = current.engine;
      current = await begin();
      await lost.stop();
    },
    stop: () => current.engine.stop(),
  };
};
