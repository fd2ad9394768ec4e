/** Settings of both parts of the suite over a LocalStack. */
import { fileURLToPath } from 'node:url';
import type { ViteUserConfig } from 'vitest/config';
import { deployedLocalStacks } from '../e2e/bed/localstack-bed.ts';

/** Files run side by side, as many as there are deployments: each worker has one for itself. */
export const overLocalStack = (
  include: readonly string[],
  exclude: readonly string[] = [],
): NonNullable<ViteUserConfig['test']> => ({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  include: [...include],
  exclude: [...exclude],
  pool: 'forks',
  maxWorkers: deployedLocalStacks()?.length ?? 1,
  testTimeout: 180_000,
  hookTimeout: 180_000,
  allowOnly: false,
  passWithNoTests: false,
  env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', POWERTOOLS_DEV: 'false' },
});
