import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { reportUndoFailure } from './report-undo-failure.ts';

export const make = stepHandler(reportUndoFailure, {});
export const handler = lambda(make);
