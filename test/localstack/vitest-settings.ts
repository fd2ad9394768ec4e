/** Settings of both parts of the suite over a LocalStack. */
import { fileURLToPath } from 'node:url';
import type { ViteUserConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import { deployedLocalStacks } from '../e2e/bed/deployed-localstack.ts';

/** Those that mostly wait, the longest first: what begins last should be short. */
const longest = [
  'agent-silence',
  'array-faults',
  'scheduled-snapshot',
  'refresh-interrupted',
  'refresh',
  'import-snapshot',
  'mssql-clone',
  'postgres-clone',
  'array-death',
];

const rankOf = (file: string): number => {
  const rank = longest.findIndex((name) => file.includes(`/${name}.test.ts`));
  return rank === -1 ? longest.length : rank;
};

class LongestFirst extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]): ReturnType<BaseSequencer['sort']> {
    return Promise.resolve([...files].sort((one, other) => rankOf(one.moduleId) - rankOf(other.moduleId)));
  }
}

/** Files run side by side, as many as there are deployments: each worker has one for itself. */
export const overLocalStack = (
  include: readonly string[],
  exclude: readonly string[] = [],
): NonNullable<ViteUserConfig['test']> => ({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  include: [...include],
  exclude: [...exclude],
  pool: 'forks',
  sequence: { sequencer: LongestFirst },
  maxWorkers: deployedLocalStacks()?.length ?? 1,
  testTimeout: 180_000,
  hookTimeout: 180_000,
  allowOnly: false,
  passWithNoTests: false,
  env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', POWERTOOLS_DEV: 'false' },
});
