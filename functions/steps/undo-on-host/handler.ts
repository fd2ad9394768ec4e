import { agentsFrom } from '../../../shared/adapters/agents-sqs/agents-sqs.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { settingsFrom, stepHandler } from '../step-handler.ts';
import { undoOnHost } from './undo-on-host.ts';

export const make = stepHandler(undoOnHost, { agents: agentsFrom, settings: settingsFrom });
export const handler = lambda(make);
