/**
 * Sweeps between the ticks, so that what only a sweep mends is seen within a test's patience: the same function that the
 * rule calls each minute, called every second. That the rule itself ticks is seen by scheduled-snapshot.test.ts, whose
 * job nothing else calls.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { clientConfig } from '../../local/localstack/client-config.ts';

const everyMs = 1000;

export interface Sweeping {
  /** Waits for the sweep under way. @throws the error of a sweep that could not be called. */
  stop(): Promise<void>;
}

export function startSweeping(endpoint: string, functionName: string): Sweeping {
  const client = new LambdaClient(clientConfig(endpoint));
  const stopping = new AbortController();
  const sweepOnAndOn = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await client.send(new InvokeCommand({ FunctionName: functionName, Payload: '{}' }));
      await pause(everyMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const sweeping = sweepOnAndOn();
  return {
    stop: async () => {
      stopping.abort();
      await sweeping;
      client.destroy();
    },
  };
}
