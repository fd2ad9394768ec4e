/**
 * Grants that the suite over LocalStack may not use, each with its reason. The suite refuses any other: what nothing uses is
 * taken away. Everything here but Lambda's own is driven by the saga laws or the API tests, which know the same grants.
 */

export interface AcceptedUnusedGrant {
  /** Function as `<group>-<name>`. */
  readonly functions: RegExp;
  readonly actions: RegExp;
  readonly resources: RegExp;
  readonly reason: string;
}

const any = /^/;

export const acceptedUnusedGrants: readonly AcceptedUnusedGrant[] = [
  {
    functions: any,
    actions: /^(logs:(CreateLogStream|PutLogEvents)|xray:(PutTraceSegments|PutTelemetryRecords))$/,
    resources: any,
    reason: "Lambda's own runtime uses them, not the function: no call of the SDK is there to be recorded.",
  },
  {
    functions: /^(schedules-sweep|events-close-task)$/,
    actions: /^states:StartExecution$/,
    resources: any,
    reason: 'Repair starts the next attempt of whatever flow was lost; which one that is depends on what died.',
  },
  {
    functions:
      /^(schedules-sweep|api-tasks|steps-(record-snapshot|complete-clone|complete-delete-clone|finish-unwind))$/,
    actions: /^(states:SendTaskSuccess|dynamodb:(PutItem|DeleteItem))$/,
    resources: any,
    reason: 'A lock that is let go is handed to the next in its queue, when somebody waits there just then.',
  },
  {
    functions: /^steps-(freeze-source|thaw-source|attach-database|swap-databases|detach-database)$/,
    actions: /^states:SendTaskSuccess$/,
    resources: any,
    reason: 'A step that is repeated after its command was answered wakes its own token.',
  },
  {
    functions: /^steps-detach-database$/,
    actions: /^dynamodb:Query$/,
    resources: any,
    reason: 'A clone whose id has come to another database is looked for by its uid; the suite rebuilds no machine.',
  },
  {
    functions: /^(schedules-sweep|events-close-task)$/,
    actions: /^dynamodb:(BatchGetItem|Query|PutItem|UpdateItem|DeleteItem)$/,
    resources: any,
    reason: 'What repair reads and writes depends on how far the work had come that died.',
  },
  {
    functions: /^steps-/,
    actions: /^dynamodb:PutItem$/,
    resources: any,
    reason: "A step that fails says so in its task's history, and most of them do not fail in the suite.",
  },
  {
    functions: /^schedules-sweep$/,
    actions: /^sqs:DeleteQueue$/,
    resources: any,
    reason: 'Queues of hosts that were unregistered; the suite keeps its hosts.',
  },
  {
    functions: /^api-agents$/,
    actions: /^sqs:SetQueueAttributes$/,
    resources: any,
    reason: 'A queue that an earlier release made gets the attributes of this one.',
  },
  {
    functions: /^api-/,
    actions: /^dynamodb:UpdateItem$/,
    resources: any,
    reason:
      "The last use of an app's token is noted by whichever function is called with it; the suite mostly logs in.",
  },
];
