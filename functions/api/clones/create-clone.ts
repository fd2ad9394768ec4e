import * as z from 'zod/mini';
import { cloneIssues, clonePlan, type CloneRequest, cloneWaits } from '../../../shared/domain/clone-validation.ts';
import { firstAnswer, FlexTask } from '../../../shared/faces/flex/flex-task.ts';
import { flexValidation } from '../../../shared/faces/flex/flex-validation.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { FlowApiDeps } from '../api-deps.ts';
import { forcesVss, NamedHost, snapshotFields, TargetState } from '../schema-words.ts';
import { type Decision, startCalledTask } from '../start-called-task.ts';
import { cloneFacts } from './clone-facts.ts';
import { destinationHosts, Destinations, destinationsOf, destinationSubject } from './destinations.ts';

const CreateCloneBody = z.object({
  source_host_id: NamedHost,
  destinations: Destinations,
  target_state: TargetState,
  ...snapshotFields,
});

const requestOf = (body: z.infer<typeof CreateCloneBody>): CloneRequest => ({
  sourceHostId: body.source_host_id,
  destinations: destinationsOf(body.destinations),
  namePrefix: body.name_prefix,
  consistencyLevel: body.consistency_level,
  targetState: body.target_state,
  forceVss: forcesVss(body),
});

async function look(deps: FlowApiDeps, wanted: CloneRequest): Promise<Decision> {
  const facts = await cloneFacts(deps, wanted);
  const issues = cloneIssues(wanted, facts);
  if (issues.length > 0) return { issues };
  const plan = clonePlan(wanted, facts);
  const subject = destinationSubject(wanted.destinations);
  return {
    content: { operation: 'create-clone', commandType: 'CreateCloneCommand', plan, subject },
    guards: { hosts: destinationHosts(wanted.destinations, facts.hosts) },
  };
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
  request: { body: CreateCloneBody },
  response: FlexTask,
  successStatus: 200,
  task: 'CreateCloneCommand',
  async run(deps: FlowApiDeps, call) {
    return { body: firstAnswer(await startCalledTask(deps, call, () => look(deps, requestOf(call.body)))) };
  },
  resume: (_, __, task) => Promise.resolve({ body: firstAnswer(task) }),
  async validate(deps: FlowApiDeps, call) {
    const wanted = requestOf(call.body);
    const facts = await cloneFacts(deps, wanted);
    return { body: flexValidation([...cloneIssues(wanted, facts), ...cloneWaits(wanted, facts)]) };
  },
});
