import * as z from 'zod/mini';
import { type Environment, readEnvironment } from '../../shared/config/environment.ts';
import { clockFrom, logFrom, storeFrom } from '../../shared/config/ports.ts';
import { randomIds } from '../../shared/ports/ids.ts';
import type { ApiDeps } from './api-deps.ts';

const ApiEnvironment = z.object({
  /** Whether a host token may start operations, as Flex lets it. */
  HOST_TOKEN_MAY_OPERATE: z._default(z.enum(['true', 'false']), 'true'),
});

export const apiDepsFrom = (environment: Environment, service: string): ApiDeps => {
  const clock = clockFrom();
  const { HOST_TOKEN_MAY_OPERATE } = readEnvironment(ApiEnvironment, environment);
  return {
    store: storeFrom(environment),
    clock,
    ids: randomIds(clock),
    log: logFrom(environment, service),
    settings: { hostTokenMayOperate: HOST_TOKEN_MAY_OPERATE === 'true' },
  };
};
