/**
 * One site in one process: the real step code and API code over a real table, the real definitions on the interpreter, an
 * array in memory and a double of the agent on each host.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { MemoryContents } from '../../../shared/adapters/sdp-memory/array-contents.ts';
import { createStore } from '../../../shared/adapters/store-dynamodb/store.ts';
import type { EffectKind } from '../../../shared/domain/effect.ts';
import type { Task } from '../../../shared/domain/task.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { randomIds } from '../../../shared/ports/ids.ts';
import { silentLog } from '../../../shared/ports/log.ts';
import type { Store } from '../../../shared/ports/store.ts';
import type { StepDeps } from '../../../functions/steps/step.ts';
import { sweep } from '../../../functions/schedules/sweep/sweep.ts';
import { scheduleGrants } from '../../../infra/grants/schedules.ts';
import { stepGrants } from '../../../infra/grants/steps.ts';
import { flows } from '../../../statemachines/index.ts';
import { actingAs, grantedFlows } from '../../api/acting-as.ts';
import type { TestTable } from '../../api/test-database.ts';
import { arraysOf } from '../../builders/arrays.ts';
import { type AgentDouble, createAgentDouble } from './agent-double.ts';
import { type AllApiDeps, callOperation, operator, type Wanted } from './api-calls.ts';
import { contentLines } from './contents.ts';
import { type Engine, startEngine } from './engine.ts';
import { agentCommandTimeoutSeconds, agentHeartbeatSeconds } from './flow-machines.ts';
import { createHostDouble } from './host-double.ts';
import { queueOf, registerHost, registrationAudit } from './registered-host.ts';
import { beforeIntent, createStepHooks, type StepHooks } from './step-hooks.ts';
import { createWatchedArray, type WatchedArray } from './watched-array.ts';

export interface World {
  readonly store: Store;
  /** The deployment's own array, 4242. */
  readonly array: WatchedArray;
  /** A registered one, on which nothing lies unless a test puts it there. */
  readonly second: WatchedArray;
  readonly engine: Engine;
  readonly hooks: StepHooks;
  readonly agents: ReadonlyMap<string, AgentDouble>;
  agent(hostId: string): AgentDouble;
  /** Calls an API operation as the operator; the answer's body. */
  ask(operation: string, wanted: Wanted): Promise<unknown>;
  /**
   * Until nothing runs any more: no execution, no step, no agent. When all that is left is waiting for an agent that says
   * nothing, its heartbeat is missed.
   */
  idle(): Promise<void>;
  /** One tick of the sweeper, after every waiting time; agents that are not silent were heard before. */
  tick(): Promise<void>;
  /** Holds up the step that calls it, which counts as nobody at work meanwhile. */
  holdStep(until: Promise<void>): Promise<void>;
  /** So long that every freeze has ended by itself. */
  outlastFreezes(): void;
  /** Another machine is set up under the host's id, with a database of this name, and registered anew. */
  rebuildHost(hostId: string, databaseName: string): Promise<void>;
  /** As the installer does: unregistered and registered, its agent not heard of yet. */
  reregisterHost(hostId: string): Promise<void>;
  /** Everything that stands, one line each. */
  lines(): Promise<readonly string[]>;
  task(requestId: string): Promise<Task>;
  /** What must be empty at the end of every case. */
  troubles(): readonly string[];
  stop(): Promise<void>;
}

/** Effects on an array: the unwind finds it by their rows. */
const arrayKinds: ReadonlySet<EffectKind> = new Set([
  'array-snapshot',
  'view',
  'mapping',
  'remove-view',
  'remove-array-snapshot',
]);
const freezeMaxSeconds = 30;
/** Past every grace and every pause of the sweeper. */
const betweenTicksSeconds = 301;
const deadlineMilliseconds = 60_000;

/** Host ids of every world: one with the original, one more to clone to. */
export const sourceHostId = 'src-host';
export const otherHostId = 'dst-host';
export const secondArrayId = '4243';
export const original = { id: '7', name: 'orders', serials: ['0a00d001', '0a00d002'] } as const;

export async function createWorld(table: TestTable): Promise<World> {
  let skewMilliseconds = 0;
  const clock: Clock = { nowMilliseconds: () => Date.now() + skewMilliseconds };
  const store = createStore(table.name, table.config, undefined, clock);
  const hooks = createStepHooks();
  const agents = new Map<string, AgentDouble>();
  const noise: string[] = [];
  const refused = (what: string): void => void noise.push(what);
  let wake: () => void = () => undefined;
  let changes = 0;
  const changed = (): void => {
    changes += 1;
    wake();
  };
  const hosts = () => [...agents.values()].map((agent) => agent.host);

  const watch = {
    mountedSerials: () =>
      hosts().flatMap((host) => [...host.databases.values()].flatMap((database) => database.serials)),
    freezes: () => hosts().flatMap((host) => host.freezes()),
  };
  const array = createWatchedArray('4242', clock.nowMilliseconds, watch);
  const second = createWatchedArray(secondArrayId, clock.nowMilliseconds, watch);
  const { memory } = array;
  const arrays = arraysOf({ sdpId: '4242', port: array.port }, { sdpId: secondArrayId, port: second.port });
  const contents = (): MemoryContents => {
    const [one, other] = [memory.contents(), second.memory.contents()];
    return {
      snapshots: [...one.snapshots, ...other.snapshots],
      views: [...one.views, ...other.views],
      mappings: [...one.mappings, ...other.mappings],
      hosts: [...one.hosts, ...other.hosts],
    };
  };
  memory.addVolumeGroup('vg-data', [{ name: 'data', serial: original.serials[0], sizeMib: 64 }]);
  memory.addVolumeGroup('vg-log', [{ name: 'log', serial: original.serials[1], sizeMib: 64 }]);

  let steps = 0;
  const bound = new Map<string, (event: unknown) => Promise<Readonly<Record<string, unknown>>>>();
  const invoke = async (step: string, payload: unknown): Promise<unknown> => {
    const run = bound.get(step);
    if (run === undefined) throw new Error(`no step ${step}`);
    steps += 1;
    try {
      const actor = { functionName: `steps-${step}`, grants: stepGrants[step], onRefusal: refused };
      return await hooks.call(step, () => actingAs(actor, () => run(payload)));
    } finally {
      steps -= 1;
      changed();
    }
  };
  const engine = await startEngine(invoke, changed, (what) => noise.push(what));

  const intend: Store['intend'] = async (effect, attempt) => {
    if (arrayKinds.has(effect.kind) && effect.sdpId === '') noise.push(`effect ${effect.effectId} names no array`);
    let isNew = false;
    await hooks.call(beforeIntent, async () => {
      isNew = await store.intend(effect, attempt);
      return {};
    });
    return isNew;
  };
  const deps: StepDeps = {
    store: { ...store, intend },
    flows: grantedFlows(engine.flows),
    agents: {
      send: (queueUrl, command) => {
        [...agents].find(([hostId]) => queueOf(hostId) === queueUrl)?.[1].receive(command);
        return Promise.resolve();
      },
    },
    arrays,
    clock,
    log: silentLog,
    settings: { agentHeartbeatSeconds, agentCommandTimeoutSeconds, freezeMaxSeconds },
  };
  for (const { action } of flows.flatMap((flow) => flow.steps)) bound.set(action.name, action.bind(deps));

  const api: AllApiDeps = {
    store,
    clock,
    ids: randomIds(clock),
    log: silentLog,
    settings: { hostTokenMayOperate: true },
    flows: grantedFlows(engine.flows),
    arrays,
    wait: (milliseconds) => wait(milliseconds),
    queues: {
      ensureQueue: (hostId) => Promise.resolve(queueOf(hostId)),
      removeQueue: () => Promise.resolve(),
      credentialsFor: () => Promise.reject(new Error('no agent of this test asks for its queue')),
    },
  };

  for (const hostId of [sourceHostId, otherHostId]) {
    await registerHost(store, hostId, clock.nowMilliseconds());
    const disks = (): ReadonlySet<string> => {
      const { mappings, views } = contents();
      const mapped = new Set(mappings.filter((mapping) => mapping.host === hostId).map((mapping) => mapping.view));
      return new Set(
        views.filter((view) => mapped.has(view.name)).flatMap((view) => view.volumes.map((volume) => volume.serial)),
      );
    };
    agents.set(
      hostId,
      createAgentDouble(hostId, createHostDouble(disks), () => api, changed),
    );
  }
  agents.get(sourceHostId)?.host.add({ ...original });
  const beatAll = async (): Promise<void> => {
    for (const agent of agents.values()) await agent.beat();
  };
  await beatAll();

  const isAnyoneAtWork = (): boolean => steps > 0 || [...agents.values()].some((agent) => agent.isBusy());
  const isIdle = (): boolean => !isAnyoneAtWork() && engine.executions().every(({ status }) => status !== 'RUNNING');

  const missHeartbeats = async (): Promise<void> => {
    const open = await store.listOpenTasks();
    const commands = (await Promise.all(open.map((requestId) => store.listCommands(requestId)))).flat();
    const unheard = commands.filter(({ hostId, commandId }) => agents.get(hostId)?.isSilentAbout(commandId) === true);
    for (const { token } of unheard) engine.timeOut(token);
  };

  /** Until something changed that `seen` does not count yet. */
  const changeAfter = async (seen: number, until: number): Promise<void> => {
    if (changes !== seen) return;
    const left = until - Date.now();
    if (left <= 0) {
      const running = engine.executions().filter(({ status }) => status === 'RUNNING');
      const arns = running.map(({ request }) => request.arn).join(', ');
      throw new Error(`not idle in time: ${arns}; ${String(steps)} steps; ${world.troubles().join('; ')}`);
    }
    const abort = new AbortController();
    await Promise.race([
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
      wait(left, undefined, { signal: abort.signal }).catch(() => undefined),
    ]);
    abort.abort();
  };

  const world: World = {
    store,
    array,
    second,
    engine,
    hooks,
    agents,
    agent: (hostId) => {
      const found = agents.get(hostId);
      if (found === undefined) throw new Error(`no host ${hostId}`);
      return found;
    },
    ask: async (operation, wanted) => (await callOperation(api, operation, operator, wanted, refused)).body,
    idle: async () => {
      const until = Date.now() + deadlineMilliseconds;
      while (!isIdle()) {
        const seen = changes;
        if (!isAnyoneAtWork()) await missHeartbeats();
        await changeAfter(seen, until);
      }
    },
    tick: async () => {
      skewMilliseconds += betweenTicksSeconds * 1000;
      world.outlastFreezes();
      await beatAll();
      const actor = { functionName: 'schedules-sweep', grants: scheduleGrants['sweep'], onRefusal: refused };
      await actingAs(actor, () =>
        sweep({ ...deps, queues: { removeQueue: () => Promise.resolve() }, settings: { startGraceSeconds: 0 } }),
      );
    },
    holdStep: async (until) => {
      steps -= 1;
      changed();
      try {
        await until;
      } finally {
        steps += 1;
      }
    },
    reregisterHost: async (hostId) => {
      await store.unregister(hostId, registrationAudit(hostId, clock.nowMilliseconds()));
      skewMilliseconds += 1000;
      await registerHost(store, hostId, clock.nowMilliseconds());
    },
    rebuildHost: async (hostId, databaseName) => {
      const agent = world.agent(hostId);
      await world.reregisterHost(hostId);
      agent.host.rebuild();
      agent.host.add({ id: '11', name: databaseName, serials: ['0a00d0ff'] });
      await agent.comeBack();
    },
    outlastFreezes: () => {
      for (const host of hosts()) for (const freezeId of host.freezes()) host.lapse(freezeId);
    },
    lines: async () =>
      contentLines(contents(), new Map([...agents].map(([hostId, agent]) => [hostId, agent.host])), await table.rows()),
    task: async (requestId) => {
      const task = await store.getTask(requestId);
      if (task === undefined) throw new Error(`no task ${requestId}`);
      return task;
    },
    troubles: () => [
      ...noise,
      ...array.violations,
      ...second.violations,
      ...[...agents.values()].flatMap((agent) => agent.troubles),
    ],
    stop: async () => {
      for (const agent of agents.values()) agent.stop();
      await engine.stop();
    },
  };
  return world;
}
