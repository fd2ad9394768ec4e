/**
 * The bed over a LocalStack that `npm run test:localstack` deployed to. Every bed of the suite uses the one deployment,
 * so beds come one after the other, and each leaves an empty table and no queue of an agent.
 */
import { z } from 'zod';
import { createBedCloud } from '../../localstack/bed-cloud.ts';
import { startSiteOn } from '../../../local/site/site.ts';
import type { Bed, BedOptions } from './bed.ts';
import { admin, siteBed, siteOnNewFolder } from './site-bed.ts';

/** What the harness tells the suite's process, as JSON in a variable. */
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

export function deployedLocalStack(): DeployedLocalStack | undefined {
  const text = process.env[deployedVariable];
  return text === undefined ? undefined : DeployedLocalStack.parse(JSON.parse(text));
}

export async function startLocalStackBed(options: BedOptions, deployed: DeployedLocalStack): Promise<Bed> {
  const cloud = createBedCloud(deployed);
  const site = await siteOnNewFolder((dataDir) =>
    startSiteOn(cloud.starter, { dataDir, admin, expectedArray: deployed.array, hosts: options.hosts }),
  );
  return siteBed(site, cloud);
}
