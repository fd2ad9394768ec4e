/**
 * Grants that the end-to-end suite on LocalStack does not use, each with its reason. The suite refuses any other: what
 * nothing uses is taken away. `unless` says when it would be used.
 */

export interface AcceptedUnusedGrant {
  /** Function as `<group>-<name>`. */
  readonly functions: RegExp;
  readonly actions: RegExp;
  readonly resources: RegExp;
  readonly reason: string;
}

export const acceptedUnusedGrants: readonly AcceptedUnusedGrant[] = [
  {
    functions: /^/,
    actions: /^(logs:(CreateLogStream|PutLogEvents)|xray:(PutTraceSegments|PutTelemetryRecords))$/,
    resources: /^/,
    reason: "Lambda's own runtime uses them, not the function: no call of the SDK is there to be recorded.",
  },
];
