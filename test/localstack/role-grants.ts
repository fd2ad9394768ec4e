/** What each function's role allows, as the app is synthesized for LocalStack. */
import { z } from 'zod';
import { allowedActions } from '../infra/policy-statements.ts';
import { synthesize } from '../infra/synthesized.ts';

export interface Grant {
  readonly action: string;
  readonly resource: string;
}

const FunctionProperties = z.object({
  FunctionName: z.string(),
  Role: z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) }),
});

/** By physical function name. */
export function roleGrants(): ReadonlyMap<string, readonly Grant[]> {
  const app = synthesize('local', { environment: { account: '000000000000' } });
  const allowed = allowedActions(app);
  return new Map(
    app.ofType('AWS::Lambda::Function').map(({ stack, properties }) => {
      const { FunctionName, Role } = FunctionProperties.parse(properties);
      const [role] = Role['Fn::GetAtt'];
      const grants = allowed.filter((one) => one.stack === stack && one.owner === role);
      return [FunctionName, grants.map(({ action, resource }) => ({ action, resource }))];
    }),
  );
}
