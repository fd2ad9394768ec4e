/** A small tree of functions and flows in a temporary folder, laid out like the repository. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { rootsOf, type SourceRoots } from '../../infra/sources.ts';
import type { Route } from '../../shared/http/route.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface SourceTree {
  /** `<group>/<name>` of each function. */
  readonly functions: readonly string[];
  readonly flows: Readonly<Record<string, unknown>>;
  readonly routes: readonly Route[];
}

const handler = 'export const make = () => async () => undefined;\nexport const handler = make();\n';

const write = (file: string, text: string): void => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
};

/** Writes the tree, which is gone after the test file; every handler does nothing. */
export const aSourceTree = ({ functions, flows, routes }: SourceTree): SourceRoots => {
  const folder = temporaryFolder('reprise-tree-');
  for (const name of functions) {
    write(join(folder, 'functions', name, 'handler.ts'), handler);
    write(join(folder, 'dist', 'functions', name.replace('/', '-'), 'index.mjs'), handler);
  }
  for (const [flow, definition] of Object.entries(flows)) {
    write(join(folder, 'statemachines', flow, 'definition.asl.json'), JSON.stringify(definition));
  }
  return rootsOf(routes, folder);
};

export const aRoute = (over: Partial<Route> = {}): Route => ({
  operation: 'list-hosts',
  method: 'GET',
  path: '/api/v1/hosts',
  aliases: [],
  capability: 'hosts',
  audience: 'viewer',
  request: {},
  bodyFormat: 'json',
  response: null,
  successStatus: 200,
  task: null,
  secret: null,
  twin: false,
  summary: 'Lists hosts',
  ...over,
});

/** A tree with one function of each kind and two flows: what the template tests look at. */
export const aSmallTree: SourceTree = {
  functions: [
    'api/hosts',
    'api/clones',
    'api/agents',
    'steps/freeze-source',
    'steps/take-snapshot',
    'steps/begin-unwind',
    'steps/mark-needs-attention',
    'schedules/sweep',
  ],
  flows: {
    'create-clone': {
      StartAt: 'FreezeSource',
      States: {
        FreezeSource: {
          Type: 'Task',
          Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
          Parameters: { FunctionName: '${FreezeSourceFunction}', Payload: { 'token.$': '$$.Task.Token' } },
          TimeoutSeconds: '${AgentCommandTimeoutSeconds}',
          HeartbeatSeconds: '${AgentHeartbeatSeconds}',
          Catch: [{ ErrorEquals: ['States.ALL'], Next: 'BeginUnwind' }],
          Next: 'TakeSnapshots',
        },
        TakeSnapshots: {
          Type: 'Map',
          ItemProcessor: {
            StartAt: 'TakeSnapshot',
            States: {
              TakeSnapshot: { Type: 'Task', Resource: '${TakeSnapshotFunction}', TimeoutSeconds: 90, End: true },
            },
          },
          End: true,
        },
        BeginUnwind: { Type: 'Task', Resource: '${BeginUnwindFunction}', TimeoutSeconds: 90, End: true },
      },
    },
    unwind: {
      StartAt: 'MarkNeedsAttention',
      States: {
        MarkNeedsAttention: { Type: 'Task', Resource: '${MarkNeedsAttentionFunction}', TimeoutSeconds: 90, End: true },
      },
    },
  },
  routes: [
    aRoute(),
    aRoute({ operation: 'get-host', path: '/api/v1/hosts/{host_id}', aliases: ['/flex/api/v1/hosts/{host_id}'] }),
    aRoute({
      operation: 'create-clone',
      method: 'POST',
      path: '/api/echo/v1/echo_dbs',
      capability: 'clones',
      twin: true,
    }),
    aRoute({
      operation: 'agent-heartbeat',
      method: 'POST',
      path: '/api/agent/v1/heartbeat',
      capability: 'agents',
      audience: 'host',
    }),
  ],
};
