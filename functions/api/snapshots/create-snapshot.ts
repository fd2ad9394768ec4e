import * as z from 'zod/mini';
import { beingRemoved } from '../../../shared/domain/array.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import {
  maxSnapshotDatabases,
  snapshotIssues,
  type SnapshotRequest,
  snapshotWaits,
} from '../../../shared/domain/snapshot-validation.ts';
import { sourceKeys } from '../../../shared/domain/source-validation.ts';
import { firstAnswer, FlexTask } from '../../../shared/faces/flex/flex-task.ts';
import { flexValidation } from '../../../shared/faces/flex/flex-validation.ts';
import { Refusal } from '../../../shared/http/http-errors.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import { snapshotFacts, startSnapshot } from '../../../shared/use-cases/snapshot-tasks.ts';
import { recordUnder } from '../../../shared/use-cases/start-task.ts';
import type { FlowApiDeps } from '../api-deps.ts';
import { forcesVss, NamedDatabase, NamedHost, snapshotFields } from '../schema-words.ts';
import { taskOrder } from '../task-order.ts';

const CreateSnapshotBody = z.object({
  source_host_id: NamedHost,
  database_ids: z.array(NamedDatabase).check(z.minLength(1), z.maxLength(maxSnapshotDatabases)),
  ...snapshotFields,
});

const requestOf = (body: z.infer<typeof CreateSnapshotBody>): SnapshotRequest => ({
  hostId: body.source_host_id,
  databaseIds: body.database_ids,
  namePrefix: body.name_prefix,
  consistencyLevel: body.consistency_level,
  forceVss: forcesVss(body),
  scheduleId: '',
});

/** Takes one snapshot of databases of one host. Flex contract, section 7.1. */
export const createSnapshot = defineOperation({
  operation: 'create-snapshot',
  method: 'POST',
  path: '/api/echo/v1/db_snapshots',
  aliases: ['/api/ocie/v1/db_snapshots', '/flex/api/v1/db_snapshots'],
  capability: 'snapshots',
  audience: 'operator',
  summary: 'Take a snapshot of databases of one host',
  request: { body: CreateSnapshotBody },
  response: FlexTask,
  successStatus: 200,
  task: 'CreateDBSnapshotCommand',
  async run(deps: FlowApiDeps, call) {
    const order = taskOrder(deps, call);
    const begun = await startSnapshot(deps, order, requestOf(call.body), recordUnder(deps.store));
    if (begun.outcome === 'started') return { body: firstAnswer(begun.task) };
    if (begun.outcome === 'forbidden') throw new Refusal(begun.issues);
    if (begun.outcome === 'removing') throw beingRemoved(begun.sdpId);
    throw new DomainError('Internal', `the task was not recorded: ${begun.outcome}`);
  },
  resume: (_, __, task) => Promise.resolve({ body: firstAnswer(task) }),
  async validate(deps: FlowApiDeps, call) {
    const wanted = requestOf(call.body);
    const facts = await snapshotFacts(deps, wanted.hostId);
    const locks = await deps.store.readLocks(sourceKeys(wanted.hostId, wanted.databaseIds, facts.databases));
    const held = new Set(locks.map((lock) => lock.key));
    return { body: flexValidation([...snapshotIssues(wanted, facts), ...snapshotWaits(wanted, facts, held)]) };
  },
});
