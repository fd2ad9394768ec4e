/** Calls of the functions that the tick calls each minute, without waiting for it. */
import { setTimeout as pause } from 'node:timers/promises';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { clientConfig } from '../../local/localstack/client-config.ts';

const sweepEveryMs = 2000;

async function call(client: LambdaClient, FunctionName: string): Promise<void> {
  const { FunctionError, Payload } = await client.send(new InvokeCommand({ FunctionName, Payload: '{}' }));
  if (FunctionError !== undefined) throw new Error(`${FunctionName}: ${Payload?.transformToString() ?? FunctionError}`);
}

/** Once. @throws Error with what the function threw. */
export async function callJob(endpoint: string, functionName: string): Promise<void> {
  const client = new LambdaClient(clientConfig(endpoint));
  try {
    await call(client, functionName);
  } finally {
    client.destroy();
  }
}

export interface Sweeping {
  /** Waits for the sweep under way. @throws the error of a sweep that failed. */
  stop(): Promise<void>;
}

/**
 * Sweeps between the ticks, so that what only a sweep mends is seen within a test's patience. That the rule itself ticks
 * is seen by scheduled-snapshot.test.ts, whose job nobody else calls before its first snapshot is there.
 */
export function startSweeping(endpoint: string, functionName: string): Sweeping {
  const client = new LambdaClient(clientConfig(endpoint));
  const stopping = new AbortController();
  const sweepOnAndOn = async (): Promise<unknown> => {
    try {
      while (!stopping.signal.aborted) {
        await call(client, functionName);
        await pause(sweepEveryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
      return undefined;
    } catch (error) {
      // Thrown by `stop`: nobody listens before.
      return error;
    }
  };
  const sweeping = sweepOnAndOn();
  return {
    stop: async () => {
      stopping.abort();
      const error = await sweeping;
      client.destroy();
      if (error !== undefined) throw new Error('a sweep failed', { cause: error });
    },
  };
}
