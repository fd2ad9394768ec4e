/** Settings of both parts of the suite over a LocalStack. */
import { fileURLToPath } from 'node:url';
import type { ViteUserConfig } from 'vitest/config';

export const overLocalStack = (
  include: readonly string[],
  exclude: readonly string[] = [],
): NonNullable<ViteUserConfig['test']> => ({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  include: [...include],
  exclude: [...exclude],
  pool: 'forks',
  // One file after the other: they share the deployment.
  fileParallelism: false,
  testTimeout: 180_000,
  hookTimeout: 180_000,
  allowOnly: false,
  passWithNoTests: false,
  env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', POWERTOOLS_DEV: 'false' },
});
