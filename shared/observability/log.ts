import { Logger } from '@aws-lambda-powertools/logger';
import type { Log } from '../ports/log.ts';

type Level = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** One JSON line per message, by Powertools. Fields are named in snake case, as on the wire. */
export function createLog(service: string, options: { readonly level: Level; readonly environment: string }): Log {
  const logger = new Logger({
    serviceName: service,
    logLevel: options.level,
    persistentKeys: { environment: options.environment },
  });
  return {
    info: (message, fields = {}) => {
      logger.info(message, { ...fields });
    },
    warn: (message, fields = {}) => {
      logger.warn(message, { ...fields });
    },
    error: (message, fields = {}) => {
      logger.error(message, { ...fields });
    },
  };
}
