import * as z from 'zod/mini';
import { importIssues, importPlan, type ImportRequest } from '../../../shared/domain/import-validation.ts';
import { firstAnswer, FlexTask } from '../../../shared/faces/flex/flex-task.ts';
import { flexValidation } from '../../../shared/faces/flex/flex-validation.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { FlowApiDeps } from '../api-deps.ts';
import { NamedSnapshot, TargetState } from '../schema-words.ts';
import { type Decision, startCalledTask } from '../start-called-task.ts';
import { importFacts } from './clone-facts.ts';
import { destinationHosts, Destinations, destinationsOf, destinationSubject } from './destinations.ts';

const ImportSnapshotBody = z.object({ destinations: Destinations, target_state: TargetState });

const requestOf = (body: z.infer<typeof ImportSnapshotBody>): ImportRequest => ({
  destinations: destinationsOf(body.destinations),
  targetState: body.target_state,
});

async function look(deps: FlowApiDeps, snapshotId: string, wanted: ImportRequest): Promise<Decision> {
  const facts = await importFacts(deps, snapshotId, wanted);
  const issues = importIssues(wanted, facts);
  if (issues.length > 0) return { issues };
  const plan = importPlan(wanted, facts);
  const subject = destinationSubject(wanted.destinations);
  return {
    content: { operation: 'import-snapshot', commandType: 'ImportDBSnapshotCommand', plan, subject },
    guards: { hosts: destinationHosts(wanted.destinations, facts.hosts), pinnedSnapshot: snapshotId },
  };
}

/** Clones databases of a snapshot that exists, which nobody deletes meanwhile. Flex contract, section 7.3. */
export const importSnapshot = defineOperation({
  operation: 'import-snapshot',
  method: 'POST',
  path: '/api/echo/v1/db_snapshots/{snapshot_id}/echo_db',
  aliases: [
    '/api/ocie/v1/db_snapshots/{snapshot_id}/echo_db',
    '/api/ocie/v1/db_snapshots/{snapshot_id}/clone',
    '/flex/api/v1/db_snapshots/{snapshot_id}/echo_db',
    '/flex/api/v1/db_snapshots/{snapshot_id}/clone',
  ],
  capability: 'clones',
  audience: 'operator',
  summary: 'Clone databases of a snapshot to one or more hosts',
  request: { path: z.object({ snapshot_id: NamedSnapshot }), body: ImportSnapshotBody },
  response: FlexTask,
  successStatus: 200,
  task: 'ImportDBSnapshotCommand',
  async run(deps: FlowApiDeps, { path, body, ...call }) {
    const wanted = requestOf(body);
    return { body: firstAnswer(await startCalledTask(deps, call, () => look(deps, path.snapshot_id, wanted))) };
  },
  resume: (_, __, task) => Promise.resolve({ body: firstAnswer(task) }),
  async validate(deps: FlowApiDeps, { path, body }) {
    const wanted = requestOf(body);
    return { body: flexValidation(importIssues(wanted, await importFacts(deps, path.snapshot_id, wanted))) };
  },
});
