/** A step says in code which ports it needs; its grants must say the same. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { stepGrants } from '../../infra/grants/steps.ts';
import { functionSources, rootsOf } from '../../infra/sources.ts';

const Step = z.object({ needs: z.array(z.string()) });
/** The steps among the exports of a module. */
const StepModule = z
  .looseObject({})
  .transform((exports) => Object.values(exports).flatMap((value) => Step.safeParse(value).data ?? []));

const { functions } = rootsOf([]);
const steps = functionSources(functions)
  .filter(({ group }) => group === 'steps')
  .map(({ name }) => name);

const needsOf = async (step: string): Promise<readonly string[]> => {
  const loaded: unknown = await import(pathToFileURL(join(functions, 'steps', step, `${step}.ts`)).href);
  const [table] = StepModule.parse(loaded);
  if (!table) throw new Error(`functions/steps/${step}/${step}.ts exports no step`);
  return table.needs;
};

describe.each(steps)('grants of %s', (step) => {
  it('reach the array and the agents exactly when the step needs them', async () => {
    const needs = await needsOf(step);
    const grants = stepGrants[step] ?? {};
    const granted = { array: grants.callsArray === true, agents: grants.agentQueues !== undefined };
    expect(granted).toEqual({ array: needs.includes('arrays'), agents: needs.includes('agents') });
  });

  it('reach flows only when the step needs them', async () => {
    const grants = stepGrants[step] ?? {};
    const flowGrants = [
      grants.startsFlows,
      grants.signalsFlows,
      grants.failsFlows,
      grants.beatsFlows,
      grants.executions,
    ];
    const reachesFlows = flowGrants.some((one) => one !== undefined);
    expect(!reachesFlows || (await needsOf(step)).includes('flows')).toBe(true);
  });
});

describe('grants of steps', () => {
  it('name no step that is gone', () => {
    expect(Object.keys(stepGrants).sort()).toEqual([...steps].sort());
  });
});
