import { agentsFrom } from '../../../shared/adapters/agents-sqs/agents-sqs.ts';
import { flowsFrom } from '../../../shared/adapters/flows-sfn/flows-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { settingsFrom, stepHandler } from '../step-handler.ts';
import { swapDatabases } from './swap-databases.ts';

export const make = stepHandler(swapDatabases, { agents: agentsFrom, flows: flowsFrom, settings: settingsFrom });
export const handler = lambda(make);
