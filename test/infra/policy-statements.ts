/** Every allowing statement of every role and policy in the templates. */
import { z } from 'zod';

import { resolveText, type Synthesized } from './synthesized.ts';

const oneOrMore = <T extends z.ZodType>(item: T) => z.union([z.array(item), item.transform((value) => [value])]);
const Document = z.object({
  Statement: z.array(
    z.looseObject({ Effect: z.string(), Action: oneOrMore(z.string()), Resource: oneOrMore(z.unknown()).default([]) }),
  ),
});
const Inline = z.object({ Policies: z.array(z.object({ PolicyDocument: Document })).default([]) });
const Attached = z.object({ PolicyDocument: Document });

export interface Allowed {
  readonly stack: string;
  readonly owner: string;
  readonly action: string;
  readonly resource: string;
}

/** One row per action and resource of a statement. */
export const allowedActions = (app: Synthesized): Allowed[] => {
  const documents = [
    ...app
      .ofType('AWS::IAM::Role')
      .flatMap(({ stack, logicalId, properties }) =>
        Inline.parse(properties).Policies.map((policy) => ({ stack, logicalId, document: policy.PolicyDocument })),
      ),
    ...app.ofType('AWS::IAM::Policy').map(({ stack, logicalId, properties }) => ({
      stack,
      logicalId,
      document: Attached.parse(properties).PolicyDocument,
    })),
  ];
  return documents.flatMap(({ stack, logicalId, document }) =>
    document.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action, Resource }) =>
      Resource.flatMap((resource) =>
        Action.map((action) => ({ stack, owner: logicalId, action, resource: nameOf(resource, app) })),
      ),
    ),
  );
};

const isImport = (value: unknown): boolean => typeof value === 'object' && value !== null && 'Fn::ImportValue' in value;
const isLogGroupArn = (value: string): boolean => value.startsWith('/aws/');

/** The ARN of a log group ends with `:*`, which CloudFormation adds. */
const nameOf = (resource: unknown, app: Synthesized): string => {
  if (isImport(resource)) return 'imported';
  const text = resolveText(resource, app);
  return isLogGroupArn(text) ? `${text}:*` : text;
};
