/** Events as EventBridge gives them to a target. */
import { randomUUID } from 'node:crypto';
import { account, region } from '../cloudformation/resource-identities.ts';
import type { Execution } from '../state-machines/execution.ts';
import type { JsonValue } from '../state-machines/json-value.ts';

export interface CloudEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonValue;
}

export interface Happening {
  readonly source: string;
  readonly detailType: string;
  readonly detail: JsonValue;
  readonly resources?: readonly string[];
  /** Milliseconds since 1970; now when left out. */
  readonly atMilliseconds?: number;
}

export const cloudEvent = ({ source, detailType, detail, resources, atMilliseconds }: Happening): CloudEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': detailType,
  source,
  account,
  time: new Date(atMilliseconds ?? Date.now()).toISOString(),
  region,
  resources: resources ?? [],
  detail,
});

const included = { included: true };

/** What Step Functions tells when an execution starts and when it ends; dates in milliseconds. */
export const executionStatusChange = ({ request, machine, status, startDate, end }: Execution): CloudEvent =>
  cloudEvent({
    source: 'aws.states',
    detailType: 'Step Functions Execution Status Change',
    resources: [request.arn],
    detail: {
      executionArn: request.arn,
      stateMachineArn: machine.arn,
      name: request.name,
      status,
      startDate: Math.round(startDate * 1000),
      stopDate: end === null ? null : Math.round(end.stopDate * 1000),
      input: request.input,
      inputDetails: included,
      output: end?.output ?? null,
      outputDetails: end?.output === undefined ? null : included,
      error: end?.error ?? null,
      cause: end?.cause ?? null,
    },
  });
