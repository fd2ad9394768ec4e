import { defineConfig } from 'vitest/config';

/** Public clients against the array. They come from their own package registries, so that the plain suite stays without them. */
export default defineConfig({
  test: {
    include: ['test/clients/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    allowOnly: false,
    passWithNoTests: false,
  },
});
