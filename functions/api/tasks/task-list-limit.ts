/** A Lambda's answer ends at 6 MB: past 5 MB the list keeps all running tasks and the newest that fit. Design, section 4. */
import { sentBytes } from '../../../shared/http/whole-list.ts';
import type { FlexTask } from '../../../shared/faces/flex/flex-task.ts';

/** `tasks` come oldest first and stay in that order; `left` counts those left out. */
export function fitTasks(
  tasks: readonly FlexTask[],
  limitBytes: number,
): { readonly tasks: readonly FlexTask[]; readonly left: number } {
  const sizes = new Map(tasks.map((task) => [task, sentBytes(JSON.stringify(task)) + 1]));
  let bytes = 2;
  for (const [task, size] of sizes) if (task.state === 'running') bytes += size;
  const kept = new Set(tasks.filter((task) => task.state === 'running'));
  for (const task of tasks.toReversed()) {
    if (kept.has(task)) continue;
    bytes += sizes.get(task) ?? 0;
    if (bytes > limitBytes) break;
    kept.add(task);
  }
  return { tasks: tasks.filter((task) => kept.has(task)), left: tasks.length - kept.size };
}
