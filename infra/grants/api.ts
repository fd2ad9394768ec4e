/** Grants of functions/api/<capability>. */
import { allFlows, parkingFlows, read, write, type GrantTable } from './function-grants.ts';

const rows = { table: [...read, ...write] };

export const apiGrants: GrantTable = {
  auth: rows,
  hosts: rows,
  databases: { ...rows, callsArray: true },
  clones: { ...rows, callsArray: true, startsFlows: ['create-clone', 'delete-clone'] },
  snapshots: { ...rows, startsFlows: ['delete-snapshot'] },
  // Cancel fails what is parked, retry starts the next attempt.
  tasks: { ...rows, startsFlows: allFlows, answersFlows: parkingFlows },
  agents: {
    ...rows,
    callsArray: true,
    answersFlows: [...parkingFlows, 'unwind'],
    lendsAgentCredentials: true,
    agentQueues: ['GetQueueUrl', 'CreateQueue', 'SetQueueAttributes', 'TagQueue'],
  },
};
