/**
 * cdk-nag's AwsSolutions rules over the whole app. It sees resources, not what is inside the gateway's OpenAPI body: who
 * may call a route is the route table's test. `cdk synth` fails for a finding that is not accepted with a reason.
 */
import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

import { acceptedNagFindings, type AcceptedFinding } from './accepted-nag-findings.ts';
import type { EnvironmentName } from './environment.ts';

export interface Finding {
  /** `AwsSolutions-IAM5`. */
  readonly rule: string;
  /** What of the resource: `Resource::*`. Empty where the rule looks at the resource as a whole. */
  readonly detail: string;
  /** Path in the app: `flows/step-map-volumes/Resource`. */
  readonly construct: string;
  readonly description: string;
}

const partsOf = (ruleName: string): Pick<Finding, 'rule' | 'detail'> => {
  const [, rule = ruleName, detail = ''] = /^([^[]+)\[(.*)\]$/.exec(ruleName) ?? [];
  return { rule, detail };
};

/** Errors and warnings, accepted or not. The app must have been synthesized, or be in the middle of it. */
export const nagFindings = (app: IConstruct): Finding[] =>
  new AwsSolutionsChecks().validateScope(app).violations.flatMap(({ ruleName, description, violatingResources }) =>
    violatingResources.map(({ constructPath = '' }) => ({
      ...partsOf(ruleName),
      construct: constructPath,
      description: description.trim(),
    })),
  );

export const accepts = (row: AcceptedFinding, finding: Finding, environment: EnvironmentName): boolean =>
  row.rule === finding.rule &&
  row.detail.test(finding.detail) &&
  row.construct.test(finding.construct) &&
  (row.environments === undefined || row.environments.includes(environment));

/** `new App(…)`, then `Validations.of(app).addPlugins(new Nag('prod'))`. */
export class Nag implements IPolicyValidationPlugin {
  readonly name = 'cdk-nag';
  readonly #environment: EnvironmentName;

  constructor(environment: EnvironmentName) {
    this.#environment = environment;
  }

  validate({ appConstruct }: IPolicyValidationContext): PolicyValidationPluginReport {
    const refused = nagFindings(appConstruct).filter(
      (finding) => !acceptedNagFindings.some((row) => accepts(row, finding, this.#environment)),
    );
    return {
      success: refused.length === 0,
      violations: refused.map(({ rule, detail, construct, description }) => ({
        ruleName: detail === '' ? rule : `${rule}[${detail}]`,
        description,
        severity: 'error',
        violatingResources: [{ constructPath: construct, locations: ['Properties'] }],
      })),
    };
  }
}
