/**
 * The bed over a LocalStack that `npm run test:localstack` deployed to. Every bed of a worker uses the worker's deployment:
 * one comes after the other, and each leaves an empty table and no queue of an agent.
 */
import { createBedCloud } from '../../localstack/bed-cloud.ts';
import { keepArraySecret } from '../../../local/localstack/array-secret.ts';
import { startSiteOn } from '../../../local/site/site.ts';
import type { Bed, BedOptions } from './bed.ts';
import type { DeployedLocalStack } from './deployed-localstack.ts';
import { admin, siteBed, siteOnNewFolder } from './site-bed.ts';

export async function startLocalStackBed(options: BedOptions, deployed: DeployedLocalStack): Promise<Bed> {
  const cloud = createBedCloud(deployed, options.sweeps === undefined);
  const site = await siteOnNewFolder((dataDir) =>
    startSiteOn(cloud.starter, { dataDir, admin, expectedArray: deployed.array, hosts: options.hosts }),
  );
  return siteBed(site, {
    ...cloud,
    keepSecret: (name, account) => keepArraySecret(deployed.endpoint, account, name),
  });
}
