/**
 * What happened to a task, and when: its own rows put in the order of time, for whoever asks why a clone failed at night.
 * Dates are Unix milliseconds; they ride on writes that are made anyway, and rows of before have none.
 */
import { describeLeftover, type Effect, type EffectKind } from './effect.ts';
import type { FlowName } from './plan.ts';
import { isFinal, type Task } from './task.ts';

export const noteKinds = ['attempt', 'failed-step'] as const;

/** A row of its own for what no other row says: an attempt after the first, a step that failed. */
export interface TaskNote {
  readonly kind: (typeof noteKinds)[number];
  /** Phase of the attempt, or the step. */
  readonly name: string;
  readonly attempt: number;
  readonly atMilliseconds: number;
  /** Why: the failure that led to the attempt, or that of the step. */
  readonly detail: string;
}

/** Instants of the task's own transitions; the last one of each. */
export interface TaskMoments {
  readonly runningAtMilliseconds?: number | undefined;
  readonly snapshotRecordedAtMilliseconds?: number | undefined;
  /** Its clones or its snapshot were shown. */
  readonly publishedAtMilliseconds?: number | undefined;
  readonly pointOfNoReturnAtMilliseconds?: number | undefined;
  readonly cancelRequestedAtMilliseconds?: number | undefined;
  readonly attentionAtMilliseconds?: number | undefined;
  readonly finishedAtMilliseconds?: number | undefined;
}

export interface EffectMoments {
  /** The attempt that began it. */
  readonly intendedAttempt?: number | undefined;
  readonly intendedAtMilliseconds?: number | undefined;
  readonly doneAtMilliseconds?: number | undefined;
  readonly undoneAtMilliseconds?: number | undefined;
  readonly blockedAtMilliseconds?: number | undefined;
}

/** A command as its agent got it, without its task token. */
export interface CommandTrace {
  readonly kind: string;
  readonly effectId: string;
  readonly purpose: 'do' | 'undo';
  readonly hostId: string;
  readonly state: 'sent' | 'done' | 'failed' | 'revoked';
  readonly attempt: number;
  readonly sentAtMilliseconds: number;
  readonly settledAtMilliseconds: number | null;
}

export interface TaskHistory {
  readonly task: Task;
  readonly moments: TaskMoments;
  readonly effects: readonly (Effect & EffectMoments)[];
  readonly commands: readonly CommandTrace[];
  readonly notes: readonly TaskNote[];
}

export const taskEventKinds = ['task', 'attempt', 'step', 'effect', 'command', 'undo'] as const;

export interface TaskEvent {
  /** null: the row was written before rows were dated. */
  readonly atMilliseconds: number | null;
  /** Its end, where it has one and it is known. */
  readonly untilMilliseconds: number | null;
  readonly kind: (typeof taskEventKinds)[number];
  readonly name: string;
  /** Step of the flow that it belongs to; '' where none does. */
  readonly step: string;
  readonly attempt: number;
  readonly state: string;
  /** Host it is on; '' for the array and the control plane. */
  readonly hostId: string;
  readonly detail: string;
}

/** Step that makes an effect; a test compares with the tables of the flows. */
export const stepOfEffect: Readonly<Record<EffectKind, string>> = {
  freeze: 'freeze-source',
  'array-snapshot': 'take-snapshot',
  view: 'map-volumes',
  mapping: 'map-volumes',
  attach: 'attach-database',
  swap: 'swap-databases',
  detach: 'detach-database',
  'remove-view': 'remove-volumes',
  'remove-array-snapshot': 'remove-array-snapshots',
};

/** Step that sends a command, of those that carry the task forward. */
const stepOfCommand: Readonly<Record<string, string>> = {
  freeze: 'freeze-source',
  thaw: 'thaw-source',
  attach: 'attach-database',
  swap: 'swap-databases',
  detach: 'detach-database',
};

/** Step that shows what a task made; '' where it only removes. */
const showingStep: Readonly<Record<FlowName, string>> = {
  'create-clone': 'complete-clone',
  'create-snapshot': 'complete-snapshot',
  'import-snapshot': 'complete-clone',
  refresh: 'complete-refresh',
  'delete-clone': '',
  'delete-snapshot': '',
};

const blank = { untilMilliseconds: null, step: '', state: 'done', hostId: '', detail: '' } as const;

interface BegunAttempt {
  readonly attempt: number;
  readonly phase: string;
  readonly atMilliseconds: number;
  /** Why the attempt before it ended. */
  readonly because: string;
}

/** Attempts that are known, the first from the task itself, in order. */
const attemptsOf = ({ task, notes }: TaskHistory): readonly BegunAttempt[] => [
  { attempt: 1, phase: 'forward', atMilliseconds: task.createdAtSeconds * 1000, because: '' },
  ...notes
    .filter((note) => note.kind === 'attempt')
    .map((note) => ({ ...note, phase: note.name, because: note.detail }))
    .sort((left, right) => left.attempt - right.attempt),
];

function attemptEvents({ task, moments }: TaskHistory, attempts: readonly BegunAttempt[]): readonly TaskEvent[] {
  return attempts.map(({ attempt, phase, atMilliseconds }, index) => {
    const next = attempts[index + 1];
    const about = { ...blank, kind: 'attempt', name: phase, attempt, atMilliseconds } as const;
    if (next !== undefined)
      return { ...about, state: 'failed', untilMilliseconds: next.atMilliseconds, detail: next.because };
    if (isFinal(task.state)) return { ...about, untilMilliseconds: moments.finishedAtMilliseconds ?? null };
    if (task.state === 'needs_attention')
      return { ...about, state: 'failed', untilMilliseconds: moments.attentionAtMilliseconds ?? null };
    return { ...about, state: 'running' };
  });
}

function taskEventsOf({ task, moments }: TaskHistory, attempts: readonly BegunAttempt[]): readonly TaskEvent[] {
  const attemptAt = (instant: number): number =>
    attempts.findLast((one) => one.atMilliseconds <= instant)?.attempt ?? 1;
  const showing = showingStep[task.plan.flow];
  const known: readonly (readonly [string, number | undefined, Partial<TaskEvent>])[] = [
    ['recorded', task.createdAtSeconds * 1000, { detail: `${task.commandType} for ${task.principal}` }],
    ['running', moments.runningAtMilliseconds, {}],
    ['snapshot-recorded', moments.snapshotRecordedAtMilliseconds, { step: 'record-snapshot' }],
    ['published', moments.publishedAtMilliseconds, { step: showing }],
    ['point-of-no-return', moments.pointOfNoReturnAtMilliseconds, {}],
    ['cancel-requested', moments.cancelRequestedAtMilliseconds, {}],
    ['needs-attention', moments.attentionAtMilliseconds, { state: 'failed', detail: task.leftovers.join(', ') }],
    ['finished', moments.finishedAtMilliseconds, { state: task.state, detail: task.error }],
  ];
  return known.flatMap(([name, atMilliseconds, more]) =>
    atMilliseconds === undefined
      ? []
      : [{ ...blank, kind: 'task', name, attempt: attemptAt(atMilliseconds), atMilliseconds, ...more }],
  );
}

function effectEvents(effect: Effect & EffectMoments): readonly TaskEvent[] {
  const { kind, hostId } = effect;
  const attempt = effect.intendedAttempt ?? 1;
  const detail = describeLeftover({ ...effect, blockedReason: '' });
  const about = { ...blank, name: kind, step: stepOfEffect[kind], attempt, hostId, detail } as const;
  const undone = effect.undoneAtMilliseconds ?? null;
  const blocked = { attempt: effect.blockedAttempt, detail: `${detail}: ${effect.blockedReason}` };
  return [
    {
      ...about,
      kind: 'effect',
      atMilliseconds: effect.intendedAtMilliseconds ?? null,
      untilMilliseconds: effect.doneAtMilliseconds ?? null,
      state: effect.doneAtMilliseconds === undefined && effect.state === 'undone' ? 'intended' : effect.state,
    },
    ...(effect.blockedAttempt === 0
      ? []
      : [
          {
            ...about,
            ...blocked,
            kind: 'undo' as const,
            state: 'failed',
            atMilliseconds: effect.blockedAtMilliseconds ?? null,
          },
        ]),
    ...(effect.state === 'undone' ? [{ ...about, kind: 'undo' as const, atMilliseconds: undone }] : []),
  ];
}

const commandEvent = (command: CommandTrace): TaskEvent => ({
  ...blank,
  kind: 'command',
  name: command.kind,
  step: command.purpose === 'undo' ? 'undo-on-host' : (stepOfCommand[command.kind] ?? ''),
  attempt: command.attempt,
  state: command.state,
  hostId: command.hostId,
  atMilliseconds: command.sentAtMilliseconds,
  untilMilliseconds: command.settledAtMilliseconds,
});

/** A step is known by what it did: from the first of it to the last; `open` while an end is missing, or where one never came. */
function stepEvents(done: readonly TaskEvent[]): readonly TaskEvent[] {
  const groups = new Map<string, TaskEvent[]>();
  for (const event of done) {
    if (event.kind === 'undo' || event.step === '' || event.atMilliseconds === null) continue;
    const key = `${event.step} ${String(event.attempt)}`;
    groups.set(key, [...(groups.get(key) ?? []), event]);
  }
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const parts = [first, ...others];
    const ends = parts.map((part) => (part.kind === 'task' ? part.atMilliseconds : part.untilMilliseconds) ?? Infinity);
    const isOpen = ends.includes(Infinity);
    return [
      {
        ...blank,
        kind: 'step' as const,
        name: first.step,
        step: first.step,
        attempt: first.attempt,
        state: parts.some((part) => part.state === 'failed') ? 'failed' : isOpen ? 'open' : 'done',
        atMilliseconds: Math.min(...parts.map((part) => part.atMilliseconds ?? Infinity)),
        untilMilliseconds: isOpen ? null : Math.max(...ends),
      },
    ];
  });
}

const failedSteps = ({ notes }: TaskHistory): readonly TaskEvent[] =>
  notes
    .filter((note) => note.kind === 'failed-step')
    .map(({ name, attempt, atMilliseconds, detail }) => ({
      ...blank,
      kind: 'step',
      name,
      step: name,
      attempt,
      state: 'failed',
      atMilliseconds,
      detail,
    }));

/** Everything that is known of a task, oldest first, what has no date before all else. */
export function taskEvents(history: TaskHistory): readonly TaskEvent[] {
  const attempts = attemptsOf(history);
  const done = [
    ...taskEventsOf(history, attempts),
    ...history.effects.flatMap(effectEvents),
    ...history.commands.map(commandEvent),
  ];
  const all = [...attemptEvents(history, attempts), ...stepEvents(done), ...failedSteps(history), ...done];
  return all.sort(
    (left, right) =>
      (left.atMilliseconds ?? 0) - (right.atMilliseconds ?? 0) ||
      taskEventKinds.indexOf(left.kind) - taskEventKinds.indexOf(right.kind),
  );
}
