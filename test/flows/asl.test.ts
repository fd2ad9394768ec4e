/** The table of a flow is its design, the definition only sequences: they are held together here, state by state. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { functionPlaceholder, substitutePlaceholders } from '../../infra/asl-template.ts';
import { resolveEnvironment } from '../../infra/environments.ts';
import { flowNames, readFlowDefinition, rootsOf } from '../../infra/sources.ts';
import { effectKinds } from '../../shared/domain/effect.ts';
import type { Seconds } from '../../statemachines/flow-table.ts';
import { flows } from '../../statemachines/index.ts';

const Catcher = z.strictObject({
  ErrorEquals: z.array(z.string()),
  ResultPath: z.string().nullable(),
  Next: z.string(),
});
const Retrier = z.looseObject({
  ErrorEquals: z.array(z.string()),
  MaxAttempts: z.number(),
  IntervalSeconds: z.number(),
  BackoffRate: z.number(),
});
const State = z.looseObject({
  Type: z.string(),
  Resource: z.string().optional(),
  Parameters: z.record(z.string(), z.unknown()).optional(),
  TimeoutSeconds: z.union([z.number(), z.string()]).optional(),
  HeartbeatSeconds: z.union([z.number(), z.string()]).optional(),
  Retry: z.array(Retrier).optional(),
  Catch: z.array(Catcher).optional(),
  Next: z.string().optional(),
  End: z.boolean().optional(),
  ItemProcessor: z.unknown().optional(),
});
type State = z.infer<typeof State>;
const Machine = z.looseObject({ StartAt: z.string(), States: z.record(z.string(), State) });

interface Found {
  readonly name: string;
  readonly state: State;
  readonly inMap: boolean;
}

const statesOf = (machine: unknown, inMap = false): readonly Found[] =>
  Object.entries(Machine.parse(machine).States).flatMap(([name, state]) => [
    { name, state, inMap },
    ...(state.ItemProcessor === undefined ? [] : statesOf(state.ItemProcessor, true)),
  ]);

const { statemachines } = rootsOf([]);
const waitsForToken = (state: State): boolean => state.Resource === 'arn:aws:states:::lambda:invoke.waitForTaskToken';
const functionOf = (state: State): unknown =>
  waitsForToken(state) ? state.Parameters?.['FunctionName'] : state.Resource;
const payloadOf = (state: State): Readonly<Record<string, unknown>> =>
  waitsForToken(state)
    ? z.record(z.string(), z.unknown()).parse(state.Parameters?.['Payload'])
    : (state.Parameters ?? {});

const environment = resolveEnvironment('embedded');
const secondsOf = (seconds: Seconds): number => {
  if (typeof seconds === 'number') return seconds;
  return seconds === '${AgentHeartbeatSeconds}'
    ? environment.agentHeartbeatSeconds
    : environment.agentCommandTimeoutSeconds;
};

it('lists every definition, and no flow without one', () => {
  expect(flows.map((flow) => flow.name).toSorted()).toEqual(flowNames(statemachines));
});

describe.each(flows.map((flow) => ({ name: flow.name, flow })))('$name', ({ name, flow }) => {
  const definition = readFlowDefinition(statemachines, name);
  const states = statesOf(definition);
  const tasks = states.filter(({ state }) => state.Type === 'Task');
  const stateNames = new Set(states.map((found) => found.name));

  it('has a row for every Task, and a Task for every row', () => {
    expect(flow.steps.map((step) => step.state).toSorted()).toEqual(tasks.map((task) => task.name).toSorted());
    expect(flow.offTheWay.filter((state) => !stateNames.has(state))).toEqual([]);
  });

  it('sequences only: no other query language, no variables, no result but what a Choice or a Map reads', () => {
    expect(JSON.stringify(definition)).not.toMatch(/"(QueryLanguage|Assign|Arguments|Output|ResultSelector)"/);
    const kept = states
      .filter(({ state }) => state.Type === 'Task' && state['ResultPath'] !== null)
      .map((found) => found.name);
    expect(kept).toEqual(name === 'unwind' ? ['UndoNextEffect'] : []);
  });

  it('has a page that draws every state', () => {
    const page = readFileSync(new URL(`../../statemachines/${name}/README.md`, import.meta.url), 'utf8');
    expect(page).toContain('```mermaid');
    expect([...stateNames].filter((state) => !page.includes(state))).toEqual([]);
  });

  it.each(flow.steps.map((step) => ({ state: step.state, step })))(
    '$state is as its row says',
    ({ state: stateName, step }) => {
      const task = tasks.find((one) => one.name === stateName);
      if (task === undefined) throw new Error(`no state ${stateName}`);
      const { state } = task;
      expect(functionOf(state)).toBe(`\${${functionPlaceholder(step.action.name)}}`);
      expect({ timeout: state.TimeoutSeconds, heartbeat: state.HeartbeatSeconds ?? null }).toEqual({
        timeout: step.timeoutSeconds,
        heartbeat: step.heartbeatSeconds,
      });
      const caught = (state.Catch ?? []).flatMap((one) => one.ErrorEquals.map((error) => [error, one.Next] as const));
      expect(caught).toEqual(Object.entries(step.onFailure ?? {}));
      const retried = (state.Retry ?? []).flatMap((one) => one.ErrorEquals);
      expect(retried.filter((error) => !step.retryable.includes(error))).toEqual([]);
    },
  );

  it.each(flow.steps.map((step) => ({ state: step.state, step })))(
    '$state is given ids and indices only',
    ({ state: stateName, step }) => {
      const task = tasks.find((one) => one.name === stateName);
      if (task === undefined) throw new Error(`no state ${stateName}`);
      const given = Object.keys(payloadOf(task.state)).map((key) => key.replace(/\.\$$/, ''));
      const token = waitsForToken(task.state) ? ['token'] : [];
      expect(given.toSorted()).toEqual(['request_id', 'attempt', ...token, ...step.input].toSorted());
      // What a Catch gives is an error's name and its cause, bounded where it is thrown; all else is small by nature.
      expect(
        step.input.filter((field) => !['destination', 'effect_id', 'outcomes', 'failure'].includes(field)),
      ).toEqual([]);
    },
  );

  it.each(flow.steps.map((step) => ({ state: step.state, step })))(
    '$state says how its effects are taken back',
    ({ step }) => {
      const kinds = 'effects' in step.undo ? Object.keys(step.undo.effects) : [];
      expect(kinds.filter((kind) => !effectKinds.some((one) => one === kind))).toEqual([]);
      const words = 'effects' in step.undo ? Object.values(step.undo.effects) : [step.undo.nothingBecause];
      expect(words.length).toBeGreaterThan(0);
      for (const text of words) expect(text).not.toBe('');
    },
  );

  it.each(flow.steps.map((step) => ({ state: step.state, step })))(
    '$state outlasts its function, and a heartbeat fits into its time',
    ({ step }) => {
      const stateSeconds = secondsOf(step.timeoutSeconds);
      expect(environment.functionTimeoutSeconds.steps).toBeLessThan(stateSeconds);
      if (step.heartbeatSeconds !== null) expect(secondsOf(step.heartbeatSeconds)).toBeLessThan(stateSeconds);
    },
  );

  it('has no iteration that fails', () => {
    const iterations = states.filter(({ inMap }) => inMap);
    expect(iterations.filter(({ state }) => state.Type === 'Fail')).toEqual([]);
    for (const { state } of iterations) {
      if (state.Type === 'Task') expect(state.Catch?.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
    }
  });

  it('catches everything everywhere, but where there is nothing left to do but wait for the sweeper', () => {
    const uncaught = tasks.filter(({ state }) => state.Catch?.at(-1)?.ErrorEquals.includes('States.ALL') !== true);
    expect(uncaught.map((task) => task.name)).toEqual([name === 'unwind' ? 'MarkNeedsAttention' : 'BeginUnwind']);
  });

  it('has a number in place of every placeholder of time', () => {
    const steps = flow.steps.map((step) => [functionPlaceholder(step.action.name), 'arn'] as const);
    const numbers = [
      ['AgentHeartbeatSeconds', environment.agentHeartbeatSeconds],
      ['AgentCommandTimeoutSeconds', environment.agentCommandTimeoutSeconds],
    ] as const;
    const { definition: filled } = substitutePlaceholders(
      definition,
      new Map<string, string | number>([...steps, ...numbers]),
    );
    const texts = statesOf(filled).flatMap(({ state }) => [state.TimeoutSeconds, state.HeartbeatSeconds]);
    expect(texts.filter((seconds) => typeof seconds === 'string')).toEqual([]);
  });
});

it('gives the array up before the function that asks it', () => {
  const source = readFileSync(new URL('../../shared/adapters/sdp-http/arrays-from.ts', import.meta.url), 'utf8');
  const verbMilliseconds = Number(/verbTimeoutMs = ([0-9_]+);/.exec(source)?.[1]?.replaceAll('_', ''));
  expect(verbMilliseconds).toBeGreaterThan(0);
  expect(verbMilliseconds / 1000).toBeLessThan(environment.functionTimeoutSeconds.steps);
});
