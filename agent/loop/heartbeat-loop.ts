import { AgentHeartbeatAnswer, agentPaths, type AgentHeartbeat } from '../../shared/contracts/agent.ts';
import type { ApiClient } from '../control-plane/api-client.ts';
import { pause } from '../control-plane/pause.ts';
import type { QueueAccessKeeper } from '../control-plane/queue-access.ts';
import { messageOf } from '../failure.ts';
import type { Log } from '../logging/log.ts';

export interface HeartbeatLoopParts {
  readonly api: ApiClient;
  readonly access: QueueAccessKeeper;
  readonly facts: AgentHeartbeat;
  readonly intervalSeconds: number;
  readonly log: Log;
  readonly stop: AbortSignal;
}

/** Says at every interval that this host is alive, and notices when it was registered anew. */
export async function runHeartbeatLoop({
  api,
  access,
  facts,
  intervalSeconds,
  log,
  stop,
}: HeartbeatLoopParts): Promise<void> {
  const isStopped = (): boolean => stop.aborted;
  while (!isStopped()) {
    try {
      const { status, body } = await api.post(agentPaths.heartbeat, facts, stop);
      if (status === 200) {
        const { generation } = AgentHeartbeatAnswer.parse(body);
        if (access.generation() !== null && access.generation() !== generation) {
          log.info('registration.changed', { generation });
          access.invalidate();
        }
      } else log.warn('heartbeat.refused', { status });
    } catch (error) {
      if (!isStopped()) log.warn('heartbeat.not-sent', { error: messageOf(error) });
    }
    await pause(intervalSeconds * 1000, stop);
  }
}
