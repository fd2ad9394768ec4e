/**
 * The part of the Amazon States Language that the interpreter runs as AWS does. Objects are strict: a field that is not
 * here (Assign, QueryLanguage, ItemReader, TimeoutSecondsPath …) would be ignored silently, so it is refused by name.
 */
import { z } from 'zod';

const path = z.string().startsWith('$');
const pathOrNull = path.nullable().optional();
const template = z.json().optional();
const comment = { Comment: z.string().optional() };
const transition = { Next: z.string().optional(), End: z.literal(true).optional() };
const inputOutput = { InputPath: pathOrNull, OutputPath: pathOrNull };
const result = { ResultSelector: template, ResultPath: pathOrNull };

const retrier = z.strictObject({
  ...comment,
  ErrorEquals: z.array(z.string()).min(1),
  IntervalSeconds: z.int().positive().optional(),
  MaxAttempts: z.int().nonnegative().optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: z.int().positive().optional(),
  JitterStrategy: z.enum(['NONE', 'FULL']).optional(),
});
const catcher = z.strictObject({
  ...comment,
  ErrorEquals: z.array(z.string()).min(1),
  ResultPath: pathOrNull,
  Next: z.string(),
});
const failureHandling = { Retry: z.array(retrier).optional(), Catch: z.array(catcher).optional() };

/** A machine inside a machine: a branch of Parallel, the iteration of Map. */
export interface AslBranch {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, AslState>>;
}

const branch: z.ZodType<AslBranch> = z.lazy(() =>
  z.strictObject({
    ...comment,
    StartAt: z.string(),
    ProcessorConfig: z.strictObject({ Mode: z.literal('INLINE') }).optional(),
    States: states,
  }),
);

const choiceRule = z.looseObject({ Next: z.string() });

const taskState = z.strictObject({
  Type: z.literal('Task'),
  ...comment,
  ...transition,
  ...inputOutput,
  ...result,
  ...failureHandling,
  Resource: z.string(),
  Parameters: template,
  TimeoutSeconds: z.int().positive().optional(),
  HeartbeatSeconds: z.int().positive().optional(),
});
const passState = z.strictObject({
  Type: z.literal('Pass'),
  ...comment,
  ...transition,
  ...inputOutput,
  Result: template,
  Parameters: template,
  ResultPath: pathOrNull,
});
const choiceState = z.strictObject({
  Type: z.literal('Choice'),
  ...comment,
  ...inputOutput,
  Choices: z.array(choiceRule).min(1),
  Default: z.string().optional(),
});
const waitState = z.strictObject({
  Type: z.literal('Wait'),
  ...comment,
  ...transition,
  ...inputOutput,
  Seconds: z.int().nonnegative().optional(),
  SecondsPath: path.optional(),
  Timestamp: z.string().optional(),
  TimestampPath: path.optional(),
});
const succeedState = z.strictObject({ Type: z.literal('Succeed'), ...comment, ...inputOutput });
const failState = z.strictObject({
  Type: z.literal('Fail'),
  ...comment,
  Error: z.string().optional(),
  Cause: z.string().optional(),
  ErrorPath: path.optional(),
  CausePath: path.optional(),
});
const parallelState = z.strictObject({
  Type: z.literal('Parallel'),
  ...comment,
  ...transition,
  ...inputOutput,
  ...result,
  ...failureHandling,
  Parameters: template,
  Branches: z.array(branch).min(1),
});
const mapState = z.strictObject({
  Type: z.literal('Map'),
  ...comment,
  ...transition,
  ...inputOutput,
  ...result,
  ...failureHandling,
  ItemsPath: path.optional(),
  ItemSelector: template,
  Parameters: template,
  MaxConcurrency: z.int().nonnegative().optional(),
  ItemProcessor: branch.optional(),
  Iterator: branch.optional(),
});

const state = z.discriminatedUnion('Type', [
  taskState,
  passState,
  choiceState,
  waitState,
  succeedState,
  failState,
  parallelState,
  mapState,
]);

const states = z.record(z.string().min(1).max(80), state);

export const aslMachine = z.strictObject({
  ...comment,
  Version: z.literal('1.0').optional(),
  TimeoutSeconds: z.int().positive().optional(),
  StartAt: z.string(),
  States: states,
});

export type AslMachine = z.infer<typeof aslMachine>;
export type AslState = z.infer<typeof state>;
