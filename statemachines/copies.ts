/** The rows of every flow that makes copies of databases in a snapshot and has agents make databases of them. */
import { attachDatabase } from '../functions/steps/attach-database/attach-database.ts';
import { mapVolumes } from '../functions/steps/map-volumes/map-volumes.ts';
import { settleDestinations } from '../functions/steps/settle-destinations/settle-destinations.ts';
import { action, type FlowStep, onAgent, onArray, onTable, unwinds } from './flow-table.ts';

/** An iteration catches for itself: undo must not begin while its siblings still act. */
const failsAlone = { 'States.ALL': 'DestinationFailed' } as const;

/** From thin copies, one iteration per copy, to the decision over all of them. */
export const copyRows: readonly FlowStep[] = [
  {
    ...onArray('ensureHost', 'ensureView', 'ensureMapping'),
    state: 'MapVolumes',
    action: action(mapVolumes),
    input: ['destination'],
    output: 'journal `view-<destination>-<index>`: serials of the copy; `mapping-<destination>-<index>`',
    undo: {
      effects: {
        mapping: 'the array takes the view away from the host',
        view: 'the array removes the view, after its mapping and before its snapshot',
      },
    },
    onFailure: failsAlone,
  },
  {
    ...onAgent('the destination host', 'attach'),
    state: 'AttachDatabase',
    action: action(attachDatabase),
    input: ['destination'],
    output: 'journal `attach-<destination>`: the database as the agent reports it',
    undo: {
      effects: { attach: 'the agent detaches by attach id, also what never arrived, before anything is unmapped' },
    },
    onFailure: failsAlone,
  },
  {
    ...onTable,
    state: 'SettleDestinations',
    action: action(settleDestinations),
    input: ['outcomes'],
    output: 'DestinationFailed, naming each destination, unless all were made',
    undo: { nothingBecause: 'it only decides' },
    onFailure: unwinds,
  },
];
