/** Grants of functions/schedules/<job>. */
import { allFlows, parkingFlows, type GrantTable } from './function-grants.ts';

export const scheduleGrants: GrantTable = {
  sweep: {
    table: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    startsFlows: allFlows,
    executions: { flows: allFlows, actions: ['DescribeExecution'] },
    signalsFlows: parkingFlows,
    agentQueues: ['DeleteQueue'],
  },
  'start-due-snapshots': {
    table: ['GetItem', 'Query', 'ConditionCheckItem', 'PutItem', 'UpdateItem', 'DeleteItem'],
    startsFlows: ['create-snapshot', 'delete-snapshot'],
  },
};
