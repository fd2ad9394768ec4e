/** Answer of the validation twins. Contract, section 8. */
import * as z from 'zod/mini';
import { type Issue, issueTypes } from '../../domain/issue.ts';

export const FlexValidation = z.object({
  valid: z.boolean(),
  issues: z.array(
    z.object({ issue_type: z.enum(issueTypes), description: z.string(), body: z.record(z.string(), z.unknown()) }),
  ),
});

export const flexValidation = (issues: readonly Issue[]) => ({ valid: issues.length === 0, issues });
