/** State machines and scheduled rules. */
import { z } from 'zod';
import type { ScheduledRule } from '../schedules/scheduled-rule.ts';
import type { MachineSource } from '../state-machines/load-machine.ts';
import { functionNameOf } from '../state-machines/task-plan.ts';
import { type FoundResource, readProperties } from './resource-reading.ts';

const machineProperties = z.object({
  DefinitionString: z.string(),
  DefinitionSubstitutions: z.record(z.string(), z.coerce.string()).default({}),
  StateMachineType: z.literal('STANDARD').optional(),
});

const machineIgnored = [
  'StateMachineName',
  'RoleArn',
  'LoggingConfiguration',
  'TracingConfiguration',
  'EncryptionConfiguration',
  'Tags',
];

export const readStateMachine = (found: FoundResource): MachineSource => {
  const { DefinitionString, DefinitionSubstitutions } = readProperties(found, machineProperties, machineIgnored);
  const definition = DefinitionString.replaceAll(/\$\{([A-Za-z0-9_]+)\}/g, (_whole, name: string) => {
    const value = DefinitionSubstitutions[name];
    if (value === undefined)
      throw new Error(
        `${found.scope.stackName}: ${found.logicalId}: the definition names \${${name}}, which has no substitution`,
      );
    return value;
  });
  const arn = z.string().parse(found.scope.ref(found.logicalId));
  return { name: found.scope.physicalName(found.logicalId), arn, definition };
};

const ruleProperties = z.object({
  ScheduleExpression: z.string(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Targets: z
    .array(
      z.strictObject({
        Arn: z.string(),
        Id: z.string(),
        Input: z.string().optional(),
        DeadLetterConfig: z.unknown().optional(),
        RetryPolicy: z.unknown().optional(),
      }),
    )
    .default([]),
});

const ruleIgnored = ['Name', 'Description', 'Tags'];

/** One per target; none when the rule is disabled. Rules that match events instead (EventPattern) are refused by name. */
export const readScheduledRules = (found: FoundResource): ScheduledRule[] => {
  const { ScheduleExpression, State, Targets } = readProperties(found, ruleProperties, ruleIgnored);
  if (State === 'DISABLED') return [];
  return Targets.map(({ Arn, Input }) => {
    const functionName = functionNameOf(Arn);
    if (functionName === null)
      throw new Error(`${found.scope.stackName}: ${found.logicalId}: target ${Arn} is not a function`);
    return {
      name: found.scope.physicalName(found.logicalId),
      schedule: ScheduleExpression,
      functionName,
      input: Input === undefined ? null : z.json().parse(JSON.parse(Input)),
    };
  });
};
