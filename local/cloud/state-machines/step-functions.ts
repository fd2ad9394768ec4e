/** Step Functions on loopback: load definitions, serve the wire API, stop. */
import { createServer } from 'node:http';
import { answerAwsJson } from '../wire/aws-json.ts';
import type { Log } from '../wire/log.ts';
import { listenOnLoopback, readBody } from '../wire/loopback-server.ts';
import { Executions } from './executions.ts';
import { loadMachine, type MachineSource } from './load-machine.ts';
import type { InvokeFunction } from './run-tasks.ts';
import { stepFunctionsOperations } from './wire-operations.ts';

export interface StepFunctions {
  readonly endpoint: string;
  readonly executions: Executions;
  /** Adds machines; throws MachineRefused for the first that would not run as on AWS. */
  load(sources: readonly MachineSource[], functionNames: ReadonlySet<string>): void;
  /** Aborts what runs and closes the endpoint. */
  stop(): Promise<void>;
}

const requestLimitBytes = 2_000_000;

/** Executions live in memory only: none survives `stop`. */
export const startStepFunctions = async (invoke: InvokeFunction, log: Log): Promise<StepFunctions> => {
  const machines = new Map<string, ReturnType<typeof loadMachine>>();
  const executions = new Executions(invoke);
  const operations = stepFunctionsOperations(machines, executions);
  const server = createServer((request, response) => {
    readBody(request, requestLimitBytes)
      .then((body) => answerAwsJson(operations, request, body, response, log))
      .catch((error: unknown) => {
        log('Step Functions lost a request', error);
        response.destroy();
      });
  });
  const listening = await listenOnLoopback(server);
  return {
    endpoint: `http://127.0.0.1:${listening.port}`,
    executions,
    load: (sources, functionNames) => {
      for (const source of sources) machines.set(source.arn, loadMachine(source, functionNames));
    },
    stop: async () => {
      executions.stopAll();
      await listening.stop();
    },
  };
};
