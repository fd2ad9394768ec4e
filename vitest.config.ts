import { defineConfig } from 'vitest/config';

declare module 'vitest' {
  interface ProvidedContext {
    /** Undefined under the other configurations, whose tests have no table of their own. */
    readonly reads: 'current' | 'lagging';
  }
}

/**
 * One worker per core of the smallest machine we build on. Suites start real databases and child processes: files run
 * side by side, tests of one file in order. What must not depend on how fresh a read may be runs a second time, where every
 * read that may lag does (test/integration/store/lagging-reads.ts).
 */
export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'current', include: ['test/**/*.test.ts'], provide: { reads: 'current' } } },
      {
        extends: true,
        test: {
          name: 'lagging',
          include: [
            'test/integration/store/*.test.ts',
            'test/api/{read-your-writes,get-topology,list-databases}.test.ts',
          ],
          provide: { reads: 'lagging' },
        },
      },
    ],
    exclude: ['test/localstack/**', 'test/clients/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    allowOnly: false,
    passWithNoTests: false,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', POWERTOOLS_DEV: 'false' },
  },
});
