/** From the text of a definition to something that runs, or a refusal that names every reason. */
import './promise-with-resolvers.ts';
import { StateMachine } from 'aws-local-stepfunctions';
import { z } from 'zod';
import { aslProblems } from './asl-checks.ts';
import { rewriteForInterpreter } from './asl-rewrite.ts';
import { aslMachine, type AslMachine } from './asl-schema.ts';
import { everyState } from './asl-walk.ts';
import { planTask, type TaskPlan } from './task-plan.ts';

export interface MachineSource {
  readonly name: string;
  readonly arn: string;
  /** ASL as JSON text, function ARNs filled in. */
  readonly definition: string;
}

export interface LoadedMachine extends MachineSource {
  readonly interpreter: StateMachine;
  /** By state name: names are unique in a machine. */
  readonly tasks: ReadonlyMap<string, TaskPlan>;
}

/** The definition asks for what the embedded cloud would not run as AWS does. */
export class MachineRefused extends Error {
  override readonly name = 'MachineRefused';
}

const parseDefinition = (source: MachineSource): AslMachine => {
  const parsed = aslMachine.safeParse(JSON.parse(source.definition));
  if (parsed.success) return parsed.data;
  throw new MachineRefused(
    `state machine ${source.name} is refused by the embedded cloud:\n${z.prettifyError(parsed.error)}`,
  );
};

const plannedTasks = (machine: AslMachine): ReadonlyMap<string, TaskPlan> => {
  const plans = new Map<string, TaskPlan>();
  for (const { name, state } of everyState(machine)) {
    if (state.Type !== 'Task') continue;
    const plan = planTask(state);
    if (typeof plan !== 'string') plans.set(name, plan);
  }
  return plans;
};

/** Throws MachineRefused, or SyntaxError when the definition is not JSON. */
export const loadMachine = (source: MachineSource, functionNames: ReadonlySet<string>): LoadedMachine => {
  const machine = parseDefinition(source);
  const problems = aslProblems(machine, functionNames);
  if (problems.length > 0) {
    throw new MachineRefused(`state machine ${source.name} is refused by the embedded cloud:\n${problems.join('\n')}`);
  }
  const interpreter = new StateMachine(rewriteForInterpreter(machine), { validationOptions: { noValidate: true } });
  return { ...source, interpreter, tasks: plannedTasks(machine) };
};
