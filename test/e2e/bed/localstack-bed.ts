/**
 * The bed over a LocalStack that `npm run test:localstack` deployed to. Every bed of a worker uses the worker's deployment:
 * one comes after the other, and each leaves an empty table and no queue of an agent.
 */
import { z } from 'zod';
import { createBedCloud } from '../../localstack/bed-cloud.ts';
import { startSiteOn } from '../../../local/site/site.ts';
import type { Bed, BedOptions } from './bed.ts';
import { admin, siteBed, siteOnNewFolder } from './site-bed.ts';

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

export async function startLocalStackBed(options: BedOptions, deployed: DeployedLocalStack): Promise<Bed> {
  const cloud = createBedCloud(deployed, options.sweeps === undefined);
  const site = await siteOnNewFolder((dataDir) =>
    startSiteOn(cloud.starter, { dataDir, admin, expectedArray: deployed.array, hosts: options.hosts }),
  );
  return siteBed(site, cloud);
}
