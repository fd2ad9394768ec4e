import { lambda } from '../../../shared/config/lambda.ts';
import { stepHandler } from '../step-handler.ts';
import { markNeedsAttention } from './mark-needs-attention.ts';

export const make = stepHandler(markNeedsAttention, {});
export const handler = lambda(make);
