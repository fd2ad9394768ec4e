/** A scenario for every flow that is listed in statemachines/index.ts; one without makes the laws fail. */
import { createCloneScenario } from './create-clone.ts';
import { createSnapshotScenario } from './create-snapshot.ts';
import { deleteCloneScenario } from './delete-clone.ts';
import { deleteSnapshotScenario } from './delete-snapshot.ts';
import { importSnapshotScenario } from './import-snapshot.ts';
import { refreshScenario } from './refresh.ts';
import type { Scenario } from './scenario.ts';
import { unwindScenario } from './unwind.ts';

const scenarios: readonly Scenario[] = [
  createCloneScenario,
  createSnapshotScenario,
  importSnapshotScenario,
  refreshScenario,
  deleteCloneScenario,
  deleteSnapshotScenario,
  unwindScenario,
];

export const scenarioOf = (flow: string): Scenario => {
  const found = scenarios.find((scenario) => scenario.flow === flow);
  if (found === undefined) throw new Error(`flow ${flow} has no scenario in test/flows/scenarios`);
  return found;
};
