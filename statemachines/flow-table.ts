/**
 * The words in which a flow is designed. `flow.ts` beside each definition is a table of these rows, one per Task state;
 * test/flows/asl.test.ts holds table and definition together, test/flows/saga-laws.test.ts runs the laws over every table.
 */
import type { FlowName } from '../shared/domain/plan.ts';
import type { EffectKind } from '../shared/domain/effect.ts';
import type * as z from 'zod/mini';
import { runStep, type Step, type StepDeps, type StepInput } from '../functions/steps/step.ts';

export type ArrayVerb = keyof Awaited<ReturnType<StepDeps['arrays']['of']>>;
export type AgentCommandName = Parameters<StepDeps['agents']['send']>[1]['kind'];

/** Whom a step reaches. Every step reads and writes the table besides. */
export type Touches =
  | { readonly what: 'table' }
  /** `verbs`: what is asked of the array when nothing goes wrong, each at least once. */
  | { readonly what: 'array'; readonly verbs: readonly ArrayVerb[] }
  /** `host`: where the agent is; `commands`: what it is told. */
  | { readonly what: 'agent'; readonly host: string; readonly commands: readonly AgentCommandName[] };

/** How what a step leaves is taken back. */
export type Undo =
  /** Effect kinds that the step writes into the journal, and what the unwind does about each. */
  { readonly effects: Readonly<Partial<Record<EffectKind, string>>> } | { readonly nothingBecause: string };

/** Number of seconds, or the placeholder that the environment fills. */
export type Seconds = number | '${AgentHeartbeatSeconds}' | '${AgentCommandTimeoutSeconds}';

/** A step with the types of its ports closed over: what a Task state calls. */
export interface StepAction {
  /** Folder of the step under functions/steps. */
  readonly name: string;
  readonly input: z.ZodMiniType;
  readonly phase: 'forward' | 'unwind';
  readonly needs: readonly (keyof StepDeps)[];
  /** The function itself: takes the state's payload, gives the step's output. */
  readonly bind: (deps: StepDeps) => (event: unknown) => Promise<Readonly<Record<string, unknown>>>;
}

export const action = <INPUT extends z.infer<typeof StepInput>, NEEDS extends keyof StepDeps>(
  step: Step<INPUT, NEEDS>,
): StepAction => ({
  name: step.name,
  input: step.input,
  phase: step.phase,
  needs: step.needs,
  bind: (deps) => runStep(step, deps),
});

/** One Task state. */
export interface FlowStep {
  readonly state: string;
  readonly action: StepAction;
  readonly touches: Touches;
  /** Payload besides `request_id` and `attempt` (and `token` where it waits): ids and indices only. */
  readonly input: readonly string[];
  /** What it leaves for later steps, and where. */
  readonly output: string;
  readonly undo: Undo;
  readonly timeoutSeconds: Seconds;
  /** null: the step does not wait for an agent. */
  readonly heartbeatSeconds: Seconds | null;
  /** Error names on which the state is run again. */
  readonly retryable: readonly string[];
  /** Where each error leads; the order is that of the Catch. `null`: nothing is caught, the sweeper finds the task. */
  readonly onFailure: Readonly<Record<string, string>> | null;
  /** Once this step acted the flow only goes forward. */
  readonly pastPointOfNoReturn?: true;
}

export interface Flow {
  readonly name: FlowName | 'unwind';
  /** In the order in which they run when nothing goes wrong; steps off that way come last. */
  readonly steps: readonly FlowStep[];
  /** States that are not on the way of a flow that succeeds. */
  readonly offTheWay: readonly string[];
}

/** What may pass by itself. Everything else is an answer, and asking again would only delay it. */
const passing: readonly string[] = [
  'ArrayUnavailable',
  'Busy',
  'Conflict',
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
];

/** A step that calls the table or the array: longer than its function has (45 s), so that no function outlives its state. */
const plainStepSeconds = 60;
/** A place in a lock's queue is kept for a day. */
const lockWaitSeconds = 86_400;

const plain = { input: [], timeoutSeconds: plainStepSeconds, heartbeatSeconds: null, retryable: passing } as const;
const waiting = {
  input: [],
  timeoutSeconds: '${AgentCommandTimeoutSeconds}',
  heartbeatSeconds: '${AgentHeartbeatSeconds}',
  retryable: passing,
} as const;

/** Defaults of a row that only reads and writes the table. */
export const onTable = { ...plain, touches: { what: 'table' } } as const;
/** Defaults of a row that asks the array. */
export const onArray = (...verbs: readonly ArrayVerb[]) => ({ ...plain, touches: { what: 'array', verbs } }) as const;
/** Defaults of a row that waits for an agent. */
export const onAgent = (host: string, ...commands: readonly AgentCommandName[]) =>
  ({ ...waiting, touches: { what: 'agent', host, commands } }) as const;
/** Defaults of a row that waits for a lock. */
export const onLock = { ...onTable, timeoutSeconds: lockWaitSeconds } as const;

export const unwinds = { 'States.ALL': 'BeginUnwind' } as const;

/** Where the forward flows end when they fail. */
export const beginUnwindRow = {
  ...onTable,
  state: 'BeginUnwind',
  input: ['failure'],
  output: 'the unwind machine runs under the next attempt; past the point of no return only the error is noted',
  undo: { nothingBecause: 'it only starts the undo, and claims the attempt once however often it runs' },
  onFailure: null,
} as const;
