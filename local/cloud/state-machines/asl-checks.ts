/** What the schema cannot say: references between states, resources, and what the interpreter would get wrong. */
import type { AslBranch, AslMachine, AslState } from './asl-schema.ts';
import { everyBranch, everyState, type FoundState } from './asl-walk.ts';
import { choiceRuleProblems } from './choice-rules.ts';
import { contextProblems } from './context-references.ts';
import { planTask } from './task-plan.ts';

const targetsOf = (state: AslState): string[] => {
  const targets = 'Next' in state && typeof state.Next === 'string' ? [state.Next] : [];
  if (state.Type === 'Choice') {
    targets.push(...state.Choices.map((rule) => rule.Next));
    if (state.Default !== undefined) targets.push(state.Default);
  }
  if ('Catch' in state) targets.push(...(state.Catch ?? []).map((catcher) => catcher.Next));
  return targets;
};

const needsTransition = (state: AslState): boolean => !['Choice', 'Succeed', 'Fail'].includes(state.Type);

const danglingIn = (branch: AslBranch): string[] => [
  ...(branch.StartAt in branch.States ? [] : [`StartAt names ${branch.StartAt}, which is not a state beside it`]),
  ...Object.entries(branch.States).flatMap(([name, state]) => [
    ...targetsOf(state)
      .filter((target) => !(target in branch.States))
      .map((target) => `${name}: leads to ${target}, which is not a state beside it`),
    ...(needsTransition(state) && !('Next' in state) && !('End' in state) ? [`${name}: has neither Next nor End`] : []),
  ]),
];

const repeatedNames = (found: readonly FoundState[]): string[] => {
  const names = found.map(({ name }) => name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
    (name) => `${name}: state names must be unique in the whole machine`,
  );
};

const taskProblems = (state: AslState, functions: ReadonlySet<string>): string[] => {
  if (state.Type !== 'Task') return [];
  const plan = planTask(state);
  if (typeof plan === 'string') return [plan];
  const problems = functions.has(plan.functionName)
    ? []
    : [`calls function ${plan.functionName}, which the app does not have`];
  if (state.HeartbeatSeconds === undefined) return problems;
  if (plan.kind === 'lambda') problems.push('HeartbeatSeconds needs a task token');
  if (state.TimeoutSeconds !== undefined && state.HeartbeatSeconds >= state.TimeoutSeconds) {
    problems.push('HeartbeatSeconds must be less than TimeoutSeconds');
  }
  return problems;
};

const shapeProblems = (state: AslState): string[] => {
  switch (state.Type) {
    case 'Choice':
      return state.Choices.flatMap(choiceRuleProblems);
    case 'Pass':
      // The interpreter takes a falsy Result for an absent one and passes the input on.
      return 'Result' in state && !state.Result
        ? [`a Pass whose Result is ${JSON.stringify(state.Result)} is not supported`]
        : [];
    case 'Map':
      return (state.ItemProcessor === undefined) === (state.Iterator === undefined)
        ? ['needs exactly one of ItemProcessor and Iterator']
        : [];
    case 'Task':
    case 'Wait':
    case 'Succeed':
    case 'Fail':
    case 'Parallel':
      return [];
  }
};

/** Every reason not to load `machine`, each naming its state; empty when the embedded cloud runs it as AWS would. */
export const aslProblems = (machine: AslMachine, functions: ReadonlySet<string>): string[] => {
  const found = [...everyState(machine)];
  return [
    ...[...everyBranch(machine)].flatMap(danglingIn),
    ...repeatedNames(found),
    ...found.flatMap((at) =>
      [...taskProblems(at.state, functions), ...shapeProblems(at.state), ...contextProblems(at)].map(
        (problem) => `${at.name}: ${problem}`,
      ),
    ),
  ];
};
