import { agentPaths, QueueAccess } from '../../../shared/contracts/agent.ts';
import { DomainError } from '../../../shared/domain/errors.ts';
import { defineOperation } from '../../../shared/http/route.ts';
import type { AgentApiDeps } from '../api-deps.ts';
import { agentHost } from './agent-host.ts';

/** Gives an agent the address of its host's own queue and credentials that reach only it; makes the queue when absent. */
export const queueAccess = defineOperation({
  operation: 'agent-queue-access',
  method: 'POST',
  path: agentPaths.queueAccess,
  capability: 'agents',
  audience: 'host',
  summary: 'Agent: address of and credentials for its command queue',
  request: {},
  response: QueueAccess,
  successStatus: 200,
  task: null,
  secret: 'answer',
  async run(deps: AgentApiDeps, call) {
    const host = await agentHost(deps.store, call);
    const queueUrl = await deps.queues.ensureQueue(host.hostId, host.generation);
    if (queueUrl !== host.queueUrl && !(await deps.store.recordQueue(host.hostId, host.generation, queueUrl))) {
      await deps.store.retireQueue(queueUrl);
      throw new DomainError('Conflict', 'the host was registered anew meanwhile');
    }
    const credentials = await deps.queues.credentialsFor(queueUrl, host.hostId);
    return {
      body: {
        queue_url: queueUrl,
        region: credentials.region,
        ...(credentials.endpoint === '' ? {} : { endpoint: credentials.endpoint }),
        generation: host.generation,
        credentials: {
          access_key_id: credentials.accessKeyId,
          secret_access_key: credentials.secretAccessKey,
          ...(credentials.sessionToken === '' ? {} : { session_token: credentials.sessionToken }),
          expires_ts: credentials.expiresAtSeconds,
        },
      },
    };
  },
});
