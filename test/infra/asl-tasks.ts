/** Task states of a definition, at any depth of Map and Parallel. */
import { z } from 'zod';

const State = z.looseObject({
  Type: z.string(),
  Resource: z.string().optional(),
  Parameters: z.looseObject({ FunctionName: z.string().optional() }).optional(),
  TimeoutSeconds: z.number().optional(),
  HeartbeatSeconds: z.number().optional(),
  ItemProcessor: z.unknown().optional(),
  Iterator: z.unknown().optional(),
  Branches: z.array(z.unknown()).optional(),
});
const Machine = z.looseObject({ States: z.record(z.string(), State) });

export interface TaskState {
  readonly name: string;
  /** Of the function it calls, directly or through `lambda:invoke`. */
  readonly function: string;
  readonly waitsForToken: boolean;
  readonly timeoutSeconds: number | undefined;
  readonly heartbeatSeconds: number | undefined;
}

export const taskStates = (definition: unknown): TaskState[] =>
  Object.entries(Machine.parse(definition).States).flatMap(([name, state]) => {
    const nested = [state.ItemProcessor, state.Iterator, ...(state.Branches ?? [])].filter(
      (machine) => machine !== undefined,
    );
    const task: TaskState = {
      name,
      function: state.Parameters?.FunctionName ?? state.Resource ?? '',
      waitsForToken: state.Resource?.endsWith('.waitForTaskToken') ?? false,
      timeoutSeconds: state.TimeoutSeconds,
      heartbeatSeconds: state.HeartbeatSeconds,
    };
    return [...(state.Type === 'Task' ? [task] : []), ...nested.flatMap(taskStates)];
  });
