/** Every state of a machine, those inside Map and Parallel included. */
import type { AslBranch, AslState } from './asl-schema.ts';

export interface FoundState {
  readonly name: string;
  readonly state: AslState;
  /** True inside a Map iteration or a Parallel branch. */
  readonly nested: boolean;
}

const branchesOf = (state: AslState): readonly AslBranch[] => {
  if (state.Type === 'Parallel') return state.Branches;
  if (state.Type !== 'Map') return [];
  const iteration = state.ItemProcessor ?? state.Iterator;
  return iteration === undefined ? [] : [iteration];
};

export function* everyState(machine: AslBranch, nested = false): Generator<FoundState> {
  for (const [name, state] of Object.entries(machine.States)) {
    yield { name, state, nested };
    for (const branch of branchesOf(state)) yield* everyState(branch, true);
  }
}

export function* everyBranch(machine: AslBranch): Generator<AslBranch> {
  yield machine;
  for (const state of Object.values(machine.States)) {
    for (const branch of branchesOf(state)) yield* everyBranch(branch);
  }
}
