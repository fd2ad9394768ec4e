import { agentsFrom } from '../../../shared/adapters/agents-sqs/agents-sqs.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { settingsFrom, stepHandler } from '../step-handler.ts';
import { detachDatabase } from './detach-database.ts';

export const make = stepHandler(detachDatabase, { agents: agentsFrom, settings: settingsFrom });
export const handler = lambda(make);
