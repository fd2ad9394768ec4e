import { sdpFrom } from '../../../shared/adapters/sdp-http/sdp-from.ts';
import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { undoNextEffect } from './undo-next-effect.ts';

export const make = stepHandler(undoNextEffect, { sdp: sdpFrom });
export const handler = lambda(make);
