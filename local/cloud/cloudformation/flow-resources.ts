/** State machines. */
import { z } from 'zod';
import type { MachineSource } from '../state-machines/load-machine.ts';
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
