/** Which tasks a list shows. Ours: the contract's list has no parameters. */
import * as z from 'zod/mini';
import { hostsOf } from '../../../shared/domain/plan.ts';
import { commandTypes, type Task } from '../../../shared/domain/task.ts';
import { flexTaskState, flexTaskStates } from '../../../shared/faces/flex/flex-task.ts';
import { HostId } from '../schema-words.ts';

/** A whole number of at most so many digits, as text of a query. */
const wholeNumber = (maxDigits: number) =>
  z.pipe(z.string().check(z.regex(new RegExp(`^[0-9]{1,${String(maxDigits)}}$`))), z.transform(Number));

export const TaskQuery = z.object({
  state: z.optional(z.enum(flexTaskStates)),
  command_type: z.optional(z.enum(commandTypes)),
  host_id: z.optional(HostId),
  /** Unix seconds: tasks created then or later. */
  since: z.optional(wholeNumber(10)),
  limit: z.optional(z.pipe(wholeNumber(4), z.int().check(z.minimum(1), z.maximum(1000)))),
  cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
});

export type TaskFilter = Pick<z.infer<typeof TaskQuery>, 'state' | 'command_type' | 'host_id' | 'since'>;

export const matches = (task: Task, { state, command_type, host_id, since }: TaskFilter): boolean =>
  (state === undefined || flexTaskState(task) === state) &&
  (command_type === undefined || task.commandType === command_type) &&
  (host_id === undefined || hostsOf(task.plan).includes(host_id)) &&
  (since === undefined || task.createdAtSeconds >= since);
