/** The verbs of Step Functions that the AWS SDK sends, over the executions of this process. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Operations, WireError } from '../wire/aws-json.ts';
import type { Execution } from './execution.ts';
import type { Executions } from './executions.ts';
import { type JsonValue, parseJson } from './json-value.ts';
import type { LoadedMachine } from './load-machine.ts';

const inputLimitBytes = 262_144;
const page = { maxResults: z.int().min(0).max(1000).optional(), nextToken: z.string().optional() };

const startInput = z.object({
  stateMachineArn: z.string(),
  name: z.string().optional(),
  input: z.string().default('{}'),
});
const oneExecution = z.object({ executionArn: z.string() });
const oneMachine = z.object({ stateMachineArn: z.string() });
const stopInput = oneExecution.extend({ error: z.string().optional(), cause: z.string().optional() });
const historyInput = oneExecution.extend({ ...page, reverseOrder: z.boolean().optional() });
const listInput = oneMachine.extend({ ...page, statusFilter: z.string().optional() });
const successInput = z.object({ taskToken: z.string(), output: z.string() });
const failureInput = z.object({
  taskToken: z.string(),
  error: z.string().default('States.TaskFailed'),
  cause: z.string().default(''),
});
const heartbeatInput = z.object({ taskToken: z.string() });

const jsonOr = (code: string, text: string): JsonValue => {
  try {
    return parseJson(text);
  } catch (cause) {
    throw Object.assign(new WireError(code, `${code}: not JSON: ${text.slice(0, 80)}`), { cause });
  }
};

const paged = <T>(
  all: readonly T[],
  { maxResults, nextToken }: { maxResults?: number | undefined; nextToken?: string | undefined },
) => {
  const from = Number(nextToken ?? 0);
  const to = from + (maxResults === undefined || maxResults === 0 ? 1000 : maxResults);
  return { items: all.slice(from, to), ...(to < all.length ? { nextToken: String(to) } : {}) };
};

const summary = (execution: Execution) => ({
  executionArn: execution.request.arn,
  stateMachineArn: execution.machine.arn,
  name: execution.request.name,
  status: execution.status,
  startDate: execution.startDate,
  ...(execution.end === null ? {} : { stopDate: execution.end.stopDate }),
});

const described = (execution: Execution) => ({
  ...summary(execution),
  input: execution.request.input,
  inputDetails: { included: true },
  ...execution.end,
});

const checkedName = (name: string): string => {
  if (name.length >= 1 && name.length <= 80 && !/[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/.test(name))
    return name;
  throw new WireError('InvalidName', `Invalid Name: '${name.slice(0, 100)}'`);
};

const machineSummary = (machine: LoadedMachine, creationDate: number) => ({
  stateMachineArn: machine.arn,
  name: machine.name,
  type: 'STANDARD',
  creationDate,
});

const machineOperations = (machines: ReadonlyMap<string, LoadedMachine>): Operations => {
  const creationDate = Date.now() / 1000;
  return {
    ListStateMachines: () => ({
      stateMachines: [...machines.values()].map((machine) => machineSummary(machine, creationDate)),
    }),
    DescribeStateMachine: (input) => {
      const machine = machineOf(machines, oneMachine.parse(input).stateMachineArn);
      return {
        ...machineSummary(machine, creationDate),
        status: 'ACTIVE',
        definition: machine.definition,
        roleArn: 'arn:aws:iam::000000000000:role/embedded',
      };
    },
  };
};

const machineOf = (machines: ReadonlyMap<string, LoadedMachine>, arn: string): LoadedMachine => {
  const machine = machines.get(arn);
  if (machine === undefined) throw new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
  return machine;
};

const executionOperations = (machines: ReadonlyMap<string, LoadedMachine>, executions: Executions): Operations => ({
  StartExecution: (input) => {
    const { stateMachineArn, name, input: text } = startInput.parse(input);
    const machine = machineOf(machines, stateMachineArn);
    jsonOr('InvalidExecutionInput', text);
    if (Buffer.byteLength(text) > inputLimitBytes)
      throw new WireError('InvalidExecutionInput', 'the input is over 262144 bytes');
    const execution = executions.start(machine, checkedName(name ?? randomUUID()), text);
    return { executionArn: execution.request.arn, startDate: execution.startDate };
  },
  DescribeExecution: (input) => described(executions.find(oneExecution.parse(input).executionArn)),
  StopExecution: (input) => {
    const { executionArn, error, cause } = stopInput.parse(input);
    const execution = executions.find(executionArn);
    execution.stop(error, cause);
    return { stopDate: execution.end?.stopDate };
  },
  ListExecutions: (input) => {
    const { stateMachineArn, statusFilter, ...pages } = listInput.parse(input);
    machineOf(machines, stateMachineArn);
    const matching = executions
      .all()
      .filter(
        ({ machine, status }) =>
          machine.arn === stateMachineArn && (statusFilter === undefined || status === statusFilter),
      );
    const { items, ...next } = paged(matching, pages);
    return { executions: items.map(summary), ...next };
  },
  GetExecutionHistory: (input) => {
    const { executionArn, reverseOrder, ...pages } = historyInput.parse(input);
    const { events } = executions.find(executionArn).history;
    const { items, ...next } = paged(reverseOrder === true ? [...events].reverse() : events, pages);
    return { events: items, ...next };
  },
});

const tokenOperations = ({ tokens }: Executions): Operations => ({
  SendTaskSuccess: (input) => {
    const { taskToken, output } = successInput.parse(input);
    tokens.succeed(taskToken, jsonOr('InvalidOutput', output));
    return {};
  },
  SendTaskFailure: (input) => {
    const { taskToken, error, cause } = failureInput.parse(input);
    tokens.fail(taskToken, error, cause);
    return {};
  },
  SendTaskHeartbeat: (input) => {
    tokens.heartbeat(heartbeatInput.parse(input).taskToken);
    return {};
  },
});

export const stepFunctionsOperations = (
  machines: ReadonlyMap<string, LoadedMachine>,
  executions: Executions,
): Operations => ({
  ...machineOperations(machines),
  ...executionOperations(machines, executions),
  ...tokenOperations(executions),
});
