/** Which LocalStacks, if any, the suite runs on. */
import { z } from 'zod';

/** One of the deployments that the harness tells the suite's process of, as JSON in a variable. */
export const DeployedLocalStack = z.object({
  endpoint: z.string(),
  /** Of the front door. */
  url: z.string(),
  caFile: z.string(),
  tableName: z.string(),
  /** Where functions expect the array, with which identity and account. */
  array: z.object({ port: z.number(), password: z.string(), tlsDir: z.string() }),
});
export type DeployedLocalStack = z.infer<typeof DeployedLocalStack>;

export const deployedVariable = 'REPRISE_LOCALSTACK';

/** Every deployment; undefined where the suite runs on the embedded cloud. */
export function deployedLocalStacks(): readonly DeployedLocalStack[] | undefined {
  const text = process.env[deployedVariable];
  return text === undefined ? undefined : z.array(DeployedLocalStack).min(1).parse(JSON.parse(text));
}

/** The one of this worker: vitest numbers its workers from 1, and there are as many as deployments. */
export function deployedLocalStack(): DeployedLocalStack | undefined {
  const all = deployedLocalStacks();
  if (all === undefined) return undefined;
  const mine = all[Number(process.env['VITEST_POOL_ID']) - 1];
  if (mine === undefined) throw new Error('this worker has no deployment: there are more workers than deployments');
  return mine;
}
