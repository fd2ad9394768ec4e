/** Grants of functions/events/<job>. */
import { allFlows, type GrantTable } from './function-grants.ts';

export const eventGrants: GrantTable = {
  // It reads the task and its journal, claims the next attempt, notes it and starts it. The event says how the execution ended.
  'close-task': { table: ['GetItem', 'Query', 'PutItem', 'UpdateItem'], startsFlows: allFlows },
};
