/** cdk-nag over every environment as it is deployed. */
import { App, Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';

import { acceptedNagFindings } from '../../infra/accepted-nag-findings.ts';
import { accepts, Nag, nagFindings } from '../../infra/nag.ts';
import { deployedNames, synthesizeExample } from './synthesized.ts';
import { temporaryFolder } from './temporary-folder.ts';

const found = deployedNames.flatMap((environment) =>
  nagFindings(synthesizeExample(environment).app).map((finding) => ({ environment, ...finding })),
);
const textOf = ({ environment, rule, detail, construct }: (typeof found)[number]): string =>
  `${environment}: ${rule}[${detail}] ${construct}`;

describe('cdk-nag AwsSolutions', () => {
  it('finds nothing that is not accepted with a reason', () => {
    const refused = found.filter(
      (finding) => !acceptedNagFindings.some((row) => accepts(row, finding, finding.environment)),
    );
    expect(refused.map(textOf)).toEqual([]);
  });

  it.each(acceptedNagFindings.map((row) => [`${row.rule} ${row.construct.source}`, row] as const))(
    'still finds what is accepted, in the environments that the row says: %s',
    (_, row) => {
      const where = deployedNames.filter((environment) =>
        found.some((finding) => finding.environment === environment && accepts(row, finding, environment)),
      );
      expect(where).toEqual(row.environments ?? deployedNames);
    },
  );

  it('accepts each finding by one row, so that a reason cannot hide behind another', () => {
    const twice = found.filter(
      (finding) => acceptedNagFindings.filter((row) => accepts(row, finding, finding.environment)).length > 1,
    );
    expect(twice.map(textOf)).toEqual([]);
  });

  it('says why, in a sentence', () => {
    for (const { reason } of acceptedNagFindings) expect(reason).toMatch(/^[A-Z].{30,}\.$/);
  });
});

describe('the plugin of the cdk command', () => {
  it('refuses an app with a finding that nobody accepted', () => {
    const app = new App({ outdir: temporaryFolder('reprise-assembly-'), builtinCloudFormationValidation: false });
    new Bucket(new Stack(app, 'data'), 'Open');
    const report = new Nag('prod').validate({ appConstruct: app, stackTemplates: [], templatePaths: [] });
    expect(report.success).toBe(false);
    expect(report.violations).toContainEqual(
      expect.objectContaining({
        ruleName: 'AwsSolutions-S10',
        severity: 'error',
        violatingResources: [expect.objectContaining({ constructPath: 'data/Open/Resource' })],
      }),
    );
  });

  it('lets pass what is accepted', () => {
    const { app } = synthesizeExample('prod');
    const report = new Nag('prod').validate({ appConstruct: app, stackTemplates: [], templatePaths: [] });
    expect(report).toEqual({ success: true, violations: [] });
  });
});
