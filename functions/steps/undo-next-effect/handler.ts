import { arraysFrom } from '../../../shared/adapters/sdp-http/arrays-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { undoNextEffect } from './undo-next-effect.ts';

export const make = stepHandler(undoNextEffect, { arrays: arraysFrom });
export const handler = lambda(make);
