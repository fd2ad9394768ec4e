import * as z from 'zod/mini';
import {
  cloneIssues,
  clonePlan,
  type CloneRequest,
  cloneWaits,
  hostIdsOf,
  maxDestinationHosts,
  maxDestinations,
} from '../../../shared/domain/clone-validation.ts';
import { beingRemoved } from '../../../shared/domain/array.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { issue } from '../../../shared/domain/issue.ts';
import { reservedLockKeys } from '../../../shared/domain/plan.ts';
import { firstAnswer, FlexTask } from '../../../shared/faces/flex/flex-task.ts';
import { flexValidation } from '../../../shared/faces/flex/flex-validation.ts';
import { Refusal } from '../../../shared/http/http-errors.ts';
import { type ApiCall, defineOperation } from '../../../shared/http/route.ts';
import { startAttempt } from '../../../shared/use-cases/attempts.ts';
import type { FlowApiDeps } from '../api-deps.ts';
import { auditEntry } from '../audit-entry.ts';
import { newTask } from '../new-task.ts';
import { forcesVss, NamedDatabase, NamedHost, snapshotFields, TargetState } from '../schema-words.ts';
import { cloneFacts } from './clone-facts.ts';

const Destination = z.object({
  host_id: NamedHost,
  db_id: NamedDatabase,
  db_name: z.string().check(z.minLength(1), z.maxLength(256)),
});

const hostCount = (destinations: readonly { readonly host_id: string }[]): number =>
  new Set(destinations.map((one) => one.host_id)).size;

const CreateCloneBody = z.object({
  source_host_id: NamedHost,
  destinations: z.array(Destination).check(
    z.minLength(1),
    z.maxLength(maxDestinations),
    z.refine((all) => hostCount(all) <= maxDestinationHosts, `must name at most ${String(maxDestinationHosts)} hosts`),
  ),
  target_state: TargetState,
  ...snapshotFields,
});

const request = { body: CreateCloneBody };

const requestOf = (body: z.infer<typeof CreateCloneBody>): CloneRequest => ({
  sourceHostId: body.source_host_id,
  destinations: body.destinations.map((one) => ({ hostId: one.host_id, dbId: one.db_id, dbName: one.db_name })),
  namePrefix: body.name_prefix,
  consistencyLevel: body.consistency_level,
  targetState: body.target_state,
  forceVss: forcesVss(body),
});

/** Tries when the databases of a destination change between the look and the record. */
const maxRecordTries = 5;

async function record(deps: FlowApiDeps, call: ApiCall<typeof request>) {
  const wanted = requestOf(call.body);
  for (let tries = 0; tries < maxRecordTries; tries += 1) {
    const facts = await cloneFacts(deps, wanted);
    const issues = cloneIssues(wanted, facts);
    if (issues.length > 0) throw new Refusal(issues);
    const task = newTask(deps, call, 'CreateCloneCommand', clonePlan(wanted, facts));
    const subject = wanted.destinations.map((one) => `${one.hostId}/${one.dbName}`).join(',');
    const outcome = await deps.store.recordTask(
      task,
      auditEntry(deps.clock, call, 'create-clone', subject, task.requestId),
      {
        reserve: reservedLockKeys(task.plan),
        hosts: hostIdsOf(wanted).flatMap((hostId) => facts.hosts.get(hostId) ?? []),
        exclusiveSnapshot: null,
      },
    );
    if (outcome === 'recorded') return task;
    if (outcome === 'removing') throw beingRemoved(task.plan.sdpId);
    if (outcome === 'reserved') {
      const names = wanted.destinations.map((one) => one.dbName).join(', ');
      throw new Refusal([issue('DB_NAME_IS_IN_USE', `db names already in use by a running task, among: ${names}`)]);
    }
  }
  throw new DomainError('Busy', 'the databases of the destination hosts are changing; try again');
}

/**
 * Clones databases: one snapshot of the source serves all destinations. The names are reserved when the task is
 * recorded, so of two requests for one name one is refused at once. Flex contract, section 7.2.
 */
export const createClone = defineOperation({
  operation: 'create-clone',
  method: 'POST',
  path: '/api/echo/v1/echo_dbs',
  aliases: ['/api/ocie/v1/clone', '/flex/api/v1/ocie/clone'],
  capability: 'clones',
  audience: 'operator',
  summary: 'Clone databases to one or more hosts',
  request,
  response: FlexTask,
  successStatus: 200,
  task: 'CreateCloneCommand',
  async run(deps: FlowApiDeps, call) {
    const task = await record(deps, call);
    await startAttempt(deps, task);
    return { body: firstAnswer(task) };
  },
  resume: (_, __, task) => Promise.resolve({ body: firstAnswer(task) }),
  async validate(deps: FlowApiDeps, call) {
    const wanted = requestOf(call.body);
    const facts = await cloneFacts(deps, wanted);
    return { body: flexValidation([...cloneIssues(wanted, facts), ...cloneWaits(wanted, facts)]) };
  },
});
