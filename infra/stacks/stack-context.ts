/** What every stack is given. */
import { Stack, Tags, type App } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';

import type { Environment } from '../environment.ts';
import { namesOf } from '../names.ts';
import type { SourceRoots } from '../sources.ts';

export interface StackContext {
  readonly environment: Environment;
  readonly roots: SourceRoots;
  /** The environment's customer key, where it has one. */
  readonly key: IKey | undefined;
}

/** A stack named `reprise-<environment>-<part>` in the environment's account and region. */
export class ServiceStack extends Stack {
  constructor(app: App, part: string, environment: Environment) {
    const { account, region, deletionProtection } = environment;
    super(app, part, {
      stackName: namesOf(environment).stack(part),
      env: { account, region },
      terminationProtection: deletionProtection,
      // Templates carry no usage metadata: two synths of the same sources are the same.
      analyticsReporting: false,
    });
    Tags.of(this).add('service', 'reprise');
    Tags.of(this).add('environment', environment.name);
  }
}
