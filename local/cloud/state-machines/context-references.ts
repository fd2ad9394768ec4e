/** Which `$$.` context references the interpreter answers as AWS does, and where. */
import type { FoundState } from './asl-walk.ts';

interface Reference {
  readonly field: string;
  readonly path: string;
}

const machineFields: ReadonlySet<string> = new Set(['ItemProcessor', 'Iterator', 'Branches', 'Catch', 'Retry']);
const reference = /\$\$[A-Za-z0-9_.[\]'"]*/g;

const referencesIn = (value: unknown, field: string): Reference[] => {
  if (typeof value === 'string') return [...value.matchAll(reference)].map(([path]) => ({ field, path }));
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner) => referencesIn(inner, field));
};

const stateReferences = (state: object): Reference[] =>
  Object.entries(state)
    .filter(([field]) => !machineFields.has(field) && field !== 'Result' && field !== 'Comment')
    .flatMap(([field, value]) => referencesIn(value, field));

const constantForExecution = ['$$.Execution.Id', '$$.Execution.Name', '$$.StateMachine.Id', '$$.StateMachine.Name'];

const refusal = ({ state, nested }: FoundState, { field, path }: Reference): string | null => {
  if (constantForExecution.includes(path)) return null;
  if (path === '$$.Task.Token') {
    return state.Type === 'Task' && field === 'Parameters' ? null : `${path} is known only in the Parameters of a Task`;
  }
  if (path === '$$.Execution.StartTime' || /^\$\$\.Execution\.Input(\.|\[|$)/.test(path)) {
    // The interpreter replaces Execution.Input by the item inside an iteration; AWS does not.
    return nested ? `${path} would name the item, not the execution's own, inside Map or Parallel` : null;
  }
  if (/^\$\$\.Map\.Item\.(Index|Value)(\.|\[|$)/.test(path)) {
    const selects = state.Type === 'Map' && (field === 'ItemSelector' || field === 'Parameters');
    return selects ? null : `${path} is known only in the ItemSelector of a Map`;
  }
  return `${path} is not provided by the embedded cloud`;
};

export const contextProblems = (found: FoundState): string[] =>
  stateReferences(found.state).flatMap((at) => {
    const problem = refusal(found, at);
    return problem === null ? [] : [`${at.field}: ${problem}`];
  });
