import * as z from 'zod/mini';
import {
  maxRefreshedDatabases,
  refreshIssues,
  refreshPlan,
  type RefreshRequest,
  refreshWaits,
} from '../../../shared/domain/refresh-validation.ts';
import { firstAnswer, FlexTask } from '../../../shared/faces/flex/flex-task.ts';
import { flexValidation } from '../../../shared/faces/flex/flex-validation.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { FlowApiDeps } from '../api-deps.ts';
import { HostId, NamedSnapshot, TargetState } from '../schema-words.ts';
import { type Decision, startCalledTask } from '../start-called-task.ts';
import { heldDatabases, refreshFacts } from './refresh-facts.ts';

const RefreshBody = z.object({
  snapshot_id: NamedSnapshot,
  db_names: z
    .array(z.string().check(z.minLength(1), z.maxLength(256)))
    .check(z.minLength(1), z.maxLength(maxRefreshedDatabases)),
  keep_backup: z._default(z.boolean(), false),
  target_state: TargetState,
});

const requestOf = (body: z.infer<typeof RefreshBody>): RefreshRequest => ({
  snapshotId: body.snapshot_id,
  dbNames: body.db_names,
  keepBackup: body.keep_backup,
  targetState: body.target_state,
});

async function look(deps: FlowApiDeps, hostId: string, wanted: RefreshRequest): Promise<Decision> {
  const facts = await refreshFacts(deps, hostId, wanted);
  const { snapshot } = facts;
  const issues = refreshIssues(wanted, facts);
  if (issues.length > 0 || snapshot === undefined) return { issues };
  const plan = refreshPlan(wanted, facts, snapshot);
  const subject = plan.databases.map(({ dbName }) => `${hostId}/${dbName}`).join(',');
  return {
    content: { operation: 'refresh-databases', commandType: 'ReplaceDBCommand', plan, subject },
    guards: { hosts: [facts.host], pinnedSnapshot: snapshot.snapshotId },
  };
}

/**
 * Gives databases of a host the volumes of a snapshot. They keep their names; with `keep_backup` what they were stays
 * beside them, under names that are reserved when the task is recorded. Flex contract, section 7.6.
 */
export const refreshDatabases = defineOperation({
  operation: 'refresh-databases',
  method: 'POST',
  path: '/api/echo/v1/hosts/{host_id}/databases/_refresh',
  aliases: ['/api/ocie/v1/hosts/{host_id}/databases/_replace', '/flex/api/v1/hosts/{host_id}/databases/_replace'],
  capability: 'refresh',
  audience: 'operator',
  summary: 'Refresh databases of a host from a snapshot',
  request: { path: z.object({ host_id: HostId }), body: RefreshBody },
  response: FlexTask,
  successStatus: 200,
  task: 'ReplaceDBCommand',
  async run(deps: FlowApiDeps, { path, body, ...call }) {
    const wanted = requestOf(body);
    return { body: firstAnswer(await startCalledTask(deps, call, () => look(deps, path.host_id, wanted))) };
  },
  resume: (_, __, task) => Promise.resolve({ body: firstAnswer(task) }),
  async validate(deps: FlowApiDeps, { path, body }) {
    const wanted = requestOf(body);
    const facts = await refreshFacts(deps, path.host_id, wanted);
    const waits = refreshWaits(wanted, facts, await heldDatabases(deps, facts, wanted));
    return { body: flexValidation([...refreshIssues(wanted, facts), ...waits]) };
  },
});
