/** A task: one long operation. Its attempts are executions of a state machine. */
import type { FlowName, Plan } from './plan.ts';

export const taskStates = [
  'queued',
  'running',
  'paused',
  'canceling',
  'done',
  'done_with_warning',
  'failed',
  'needs_attention',
  'canceled',
] as const;
export type TaskState = (typeof taskStates)[number];

/** Which state may follow which. The page docs/task-states.md draws it; a test compares the two. */
export const nextStates: Readonly<Record<TaskState, readonly TaskState[]>> = {
  queued: ['running', 'canceling', 'done', 'done_with_warning', 'failed', 'needs_attention'],
  running: ['paused', 'canceling', 'done', 'done_with_warning', 'failed', 'needs_attention'],
  paused: ['running', 'canceling'],
  canceling: ['canceled', 'needs_attention'],
  needs_attention: ['failed', 'canceled', 'done_with_warning'],
  done: [],
  done_with_warning: [],
  failed: [],
  canceled: [],
};

export const isFinal = (state: TaskState): boolean => nextStates[state].length === 0;

/** What a task is called on the wire. Flex contract, section 9. */
export const commandTypes = [
  'CreateCloneCommand',
  'CreateDBSnapshotCommand',
  'ImportDBSnapshotCommand',
  'ReplaceDBCommand',
  'DeleteCommand',
  'DeleteDBSnapshotCommand',
] as const;
/** Nothing happens by itself any more: final, or left to people. */
export const isOver = ({ state }: Pick<Task, 'state'>): boolean => isFinal(state) || state === 'needs_attention';

export type CommandType = (typeof commandTypes)[number];

export interface CloneResult {
  readonly id: string;
  readonly name: string;
  readonly hostId: string;
  readonly sourceHostId: string;
  readonly sourceDbId: string;
  readonly sourceDbName: string;
}

export interface TaskResult {
  readonly snapshotId?: string;
  readonly clones?: readonly CloneResult[];
}

export type TaskPhase = 'forward' | 'unwind';

export interface Task {
  readonly requestId: string;
  readonly plan: Plan;
  readonly commandType: CommandType;
  readonly state: TaskState;
  readonly createdAtSeconds: number;
  readonly updatedAtSeconds: number;
  readonly owner: string;
  readonly refId: string;
  /** Who asked: `user:name`, `app:name`, `host:id`, or `schedule:id` when it fell due. */
  readonly principal: string;
  /** '' unless something went wrong; a sentence for a person. */
  readonly error: string;
  readonly result: TaskResult | null;
  /** Executions are named `<requestId>-<attempt>`; the attempt fences steps of an older one. */
  readonly attempt: number;
  readonly phase: TaskPhase;
  readonly cancelRequested: boolean;
  /** From here on the task only goes forward, and cannot be canceled. */
  readonly pastPointOfNoReturn: boolean;
  /** Freeze rounds begun; each has its own freeze id and its own snapshot. */
  readonly freezeRound: number;
  /** Id of the db snapshot once recorded, '' before. */
  readonly snapshotId: string;
  readonly leftovers: readonly string[];
}

/** The worker name clients expect in `owner`. Flex contract, section 9. */
const owner = 'ocie-0';

/** A task as it is recorded: nothing was done for it yet. */
export const queuedTask = (
  about: Pick<Task, 'requestId' | 'plan' | 'commandType' | 'principal' | 'refId'>,
  nowSeconds: number,
): Task => ({
  ...about,
  state: 'queued',
  createdAtSeconds: nowSeconds,
  updatedAtSeconds: nowSeconds,
  owner,
  error: '',
  result: null,
  attempt: 1,
  phase: 'forward',
  cancelRequested: false,
  pastPointOfNoReturn: false,
  freezeRound: 0,
  snapshotId: '',
  leftovers: [],
});

export const executionName = (requestId: string, attempt: number): string => `${requestId}-${String(attempt)}`;

export const flowOf = (task: Task): FlowName | 'unwind' => (task.phase === 'unwind' ? 'unwind' : task.plan.flow);

export type Cancelability = 'yes' | 'already-canceling' | 'final' | 'past-point-of-no-return' | 'unwinding';

export function cancelability(task: Task): Cancelability {
  if (isFinal(task.state)) return 'final';
  if (task.cancelRequested) return 'already-canceling';
  if (task.pastPointOfNoReturn) return 'past-point-of-no-return';
  if (task.phase === 'unwind' || task.state === 'needs_attention') return 'unwinding';
  return 'yes';
}
