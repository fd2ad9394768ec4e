/** Rewrites a checked machine where `aws-local-stepfunctions` 3.0.0 reads the same text otherwise than AWS. */
import type { StateMachineDefinition } from 'aws-local-stepfunctions';
import { z } from 'zod';
import type { AslBranch, AslMachine, AslState } from './asl-schema.ts';
import { rewriteChoiceRule } from './choice-rules.ts';

/** Without TimeoutSeconds the interpreter stops a Task after 60 s and AWS never; node's timers end at 2^31 - 1 ms. */
const noTimeoutSeconds = 2_000_000;

/** The interpreter takes `"ResultPath": "$"` for a key named `$`; leaving it out means the same on AWS. */
const withoutRootResultPath = <T extends object>(holder: T): T => {
  if (!('ResultPath' in holder) || holder.ResultPath !== '$') return holder;
  return { ...holder, ResultPath: undefined };
};

const rewriteBranch = (branch: AslBranch): unknown => ({
  ...branch,
  States: Object.fromEntries(Object.entries(branch.States).map(([name, state]) => [name, rewriteState(state)])),
});

const rewriteState = (state: AslState): unknown => {
  const plain = withoutRootResultPath(state);
  const caught = 'Catch' in plain ? { ...plain, Catch: (plain.Catch ?? []).map(withoutRootResultPath) } : plain;
  switch (state.Type) {
    case 'Task':
      return { ...caught, TimeoutSeconds: state.TimeoutSeconds ?? noTimeoutSeconds };
    case 'Fail':
      // Absent texts would become the interpreter's own words; empty ones are left out of every answer.
      return { ...state, Error: state.Error ?? '', Cause: state.Cause ?? '' };
    case 'Choice':
      return { ...caught, Choices: state.Choices.map(rewriteChoiceRule) };
    case 'Map':
      return {
        ...caught,
        ItemProcessor: rewriteBranch(state.ItemProcessor ?? state.Iterator ?? { StartAt: '', States: {} }),
      };
    case 'Parallel':
      return { ...caught, Branches: state.Branches.map(rewriteBranch) };
    case 'Pass':
    case 'Wait':
    case 'Succeed':
      return caught;
  }
};

/** The rewriting keeps a checked machine's shape, so the only thing left to ask is that it is one. */
const interpreterDefinition = z.custom<StateMachineDefinition>((value) => typeof value === 'object' && value !== null);

export const rewriteForInterpreter = (machine: AslMachine): StateMachineDefinition =>
  // The round trip drops the keys set to undefined, which the interpreter would see with `in`.
  interpreterDefinition.parse(JSON.parse(JSON.stringify({ ...machine, ...Object(rewriteBranch(machine)) })));
