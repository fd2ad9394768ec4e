import { describe, expect, it } from 'vitest';
import { Executions } from '../../../local/cloud/state-machines/executions.ts';
import { loadMachine } from '../../../local/cloud/state-machines/load-machine.ts';

const machine = loadMachine(
  {
    name: 'm',
    arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:m',
    definition: JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } }),
  },
  new Set(),
);

const finished = (executions: Executions, name: string): Promise<void> =>
  new Promise((resolve) => {
    executions.onStatusChange = ({ status }) => {
      if (status !== 'RUNNING') resolve();
    };
    executions.start(machine, name, '{}');
  });

describe('the bound on finished executions', () => {
  it('forgets the oldest, and the histories of the older', async () => {
    const executions = new Executions(() => Promise.resolve(null), { finishedKept: 3, historiesKept: 2 });
    for (const name of ['a', 'b', 'c', 'd']) await finished(executions, name);
    expect(
      executions
        .all()
        .map(({ request, history }) => [request.name, history.events.length > 0, history.counts.transitions]),
    ).toEqual([
      ['d', true, 1],
      ['c', true, 1],
      ['b', false, 1],
    ]);
    expect(() => executions.find(`${machine.arn.replace('stateMachine', 'execution')}:a`)).toThrow(
      'Execution Does Not Exist',
    );
  });
});
