import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { type Environment, FlowEnvironment, readEnvironment } from '../../../shared/config/environment.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { clockFrom, logFrom, storeFrom } from '../../../shared/config/ports.ts';
import { repairSettingsFrom } from '../../schedules/sweep/repair-settings.ts';
import { closeTask } from './close-task.ts';

export const make = (environment: Environment) => {
  const flowArnPrefix = readEnvironment(FlowEnvironment, environment).FLOW_ARN_PREFIX;
  const deps = {
    store: storeFrom(environment),
    flows: flowsFrom(environment),
    clock: clockFrom(),
    log: logFrom(environment, 'close-task'),
    settings: { ...repairSettingsFrom(environment), flowArnPrefix },
  };
  return (event: unknown) => closeTask(deps, event);
};
export const handler = lambda(make);
