/** Step Functions with functions written in the test, driven by the real SDK client. */
import {
  DescribeExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  type DescribeExecutionOutput,
} from '@aws-sdk/client-sfn';
import { startStepFunctions, type StepFunctions } from '../../../local/cloud/state-machines/step-functions.ts';

export type TestFunctions = Record<string, (event: never) => unknown>;

export const functionArn = (name: string): string => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
export const machineArn = (name: string): string => `arn:aws:states:us-east-1:000000000000:stateMachine:${name}`;

export interface Bed {
  readonly client: SFNClient;
  readonly engine: StepFunctions;
  add(name: string, definition: object): void;
  start(machine: string, input?: unknown, name?: string): Promise<string>;
  ended(executionArn: string): Promise<DescribeExecutionOutput>;
  run(machine: string, input?: unknown): Promise<DescribeExecutionOutput>;
  stop(): Promise<void>;
}

export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  deadlineMilliseconds = 10_000,
): Promise<T> => {
  const giveUpAt = Date.now() + deadlineMilliseconds;
  while (Date.now() < giveUpAt) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`not within ${deadlineMilliseconds} ms: ${what}`);
};

export const startBed = async (functions: TestFunctions): Promise<Bed> => {
  const engine = await startStepFunctions(
    async (name, payload) => {
      const body = functions[name];
      if (body === undefined) throw new Error(`no function ${name}`);
      return body(payload as never);
    },
    (message, cause) => {
      throw new Error(message, { cause });
    },
  );
  const client = new SFNClient({
    endpoint: engine.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const bed: Bed = {
    client,
    engine,
    add: (name, definition) =>
      engine.load(
        [{ name, arn: machineArn(name), definition: JSON.stringify(definition) }],
        new Set(Object.keys(functions)),
      ),
    start: async (machine, input = {}, name) => {
      const started = await client.send(
        new StartExecutionCommand({ stateMachineArn: machineArn(machine), input: JSON.stringify(input), name }),
      );
      return started.executionArn ?? '';
    },
    ended: (executionArn) =>
      until(`${executionArn} ends`, async () => {
        const described = await client.send(new DescribeExecutionCommand({ executionArn }));
        return described.status === 'RUNNING' ? undefined : described;
      }),
    run: async (machine, input) => bed.ended(await bed.start(machine, input)),
    stop: async () => {
      client.destroy();
      await engine.stop();
    },
  };
  return bed;
};
