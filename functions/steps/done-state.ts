import type { Task, TaskState } from '../../shared/domain/task.ts';

/** A task that needed attention and was carried through later is done, with a warning. */
export const doneState = (task: Task): TaskState => (task.state === 'needs_attention' ? 'done_with_warning' : 'done');
