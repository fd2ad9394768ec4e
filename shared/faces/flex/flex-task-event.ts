/** The history of a task on the wire. Ours: the Flex contract has none. */
import * as z from 'zod/mini';
import { type TaskEvent, taskEventKinds } from '../../domain/task-history.ts';

/** Unix seconds, as everywhere in this API; the order within a second is that of the events. */
export const FlexTaskEvent = z.object({
  at: z.nullable(z.int()),
  until: z.nullable(z.int()),
  kind: z.enum(taskEventKinds),
  name: z.string(),
  step: z.string(),
  attempt: z.int(),
  state: z.string(),
  host_id: z.string(),
  detail: z.string(),
});

const seconds = (milliseconds: number | null): number | null =>
  milliseconds === null ? null : Math.floor(milliseconds / 1000);

export const flexTaskEvent = (event: TaskEvent): z.infer<typeof FlexTaskEvent> => ({
  at: seconds(event.atMilliseconds),
  until: seconds(event.untilMilliseconds),
  kind: event.kind,
  name: event.name,
  step: event.step,
  attempt: event.attempt,
  state: event.state,
  host_id: event.hostId,
  detail: event.detail,
});
