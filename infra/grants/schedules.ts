/** Grants of functions/schedules/<job>. */
import { allFlows, parkingFlows, read, write, type GrantTable } from './function-grants.ts';

export const scheduleGrants: GrantTable = {
  sweep: {
    table: [...read, ...write],
    startsFlows: allFlows,
    executions: { flows: allFlows, actions: ['DescribeExecution'] },
    answersFlows: parkingFlows,
    agentQueues: ['SendMessage', 'DeleteQueue'],
  },
  'start-due-snapshots': {
    table: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    startsFlows: ['create-snapshot', 'delete-snapshot'],
  },
};
