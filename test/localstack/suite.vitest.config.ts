import { defineConfig } from 'vitest/config';
import { overLocalStack } from './vitest-settings.ts';

/** The end-to-end files, but for those about the embedded cloud itself, and what only LocalStack can tell. */
export default defineConfig({
  test: overLocalStack(
    ['test/e2e/*.test.ts', 'test/localstack/*.test.ts'],
    ['test/e2e/restart.test.ts', 'test/e2e/embedded-is-the-app.test.ts'],
  ),
});
