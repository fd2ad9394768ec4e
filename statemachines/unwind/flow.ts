/** unwind: takes back what a task did, from its journal, in reverse. One machine for all flows. See README.md. */
import { finishUnwind } from '../../functions/steps/finish-unwind/finish-unwind.ts';
import { markNeedsAttention } from '../../functions/steps/mark-needs-attention/mark-needs-attention.ts';
import { reportUndoFailure } from '../../functions/steps/report-undo-failure/report-undo-failure.ts';
import { undoNextEffect } from '../../functions/steps/undo-next-effect/undo-next-effect.ts';
import { undoOnHost } from '../../functions/steps/undo-on-host/undo-on-host.ts';
import { action, type Flow, onAgent, onArray, onTable } from '../flow-table.ts';

const needsAttention = { 'States.ALL': 'MarkNeedsAttention' } as const;
const isUndo = { nothingBecause: 'it is the undo; running it again finds nothing left to do' } as const;

export const unwindFlow: Flow = {
  name: 'unwind',
  offTheWay: ['ReportUndoFailure', 'MarkNeedsAttention'],
  steps: [
    {
      ...onArray('removeMappings', 'removeView', 'removeSnapshot'),
      state: 'UndoNextEffect',
      action: action(undoNextEffect),
      output: '`next`: host, finish or attention, and the effect to undo on a host',
      undo: isUndo,
      onFailure: needsAttention,
    },
    {
      ...onAgent('the host of the effect', 'thaw', 'detach'),
      state: 'UndoOnHost',
      action: action(undoOnHost),
      input: ['effect_id'],
      output: 'the answer of the agent marks the effect undone, whenever it comes',
      undo: isUndo,
      onFailure: { 'States.ALL': 'ReportUndoFailure' },
    },
    {
      ...onTable,
      state: 'FinishUnwind',
      action: action(finishUnwind),
      output: 'rows and locks of the task are gone, task failed or canceled',
      undo: isUndo,
      onFailure: needsAttention,
    },
    {
      ...onTable,
      state: 'ReportUndoFailure',
      action: action(reportUndoFailure),
      input: ['effect_id', 'failure'],
      output: 'the effect is blocked in this attempt, so that the rest is undone',
      undo: { nothingBecause: 'it only notes' },
      onFailure: needsAttention,
    },
    {
      ...onTable,
      state: 'MarkNeedsAttention',
      action: action(markNeedsAttention),
      output: 'task needs_attention, its error naming each leftover',
      undo: { nothingBecause: 'it only notes; the sweeper starts the unwind again' },
      onFailure: null,
    },
  ],
};
