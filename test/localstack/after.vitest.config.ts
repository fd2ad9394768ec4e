import { defineConfig } from 'vitest/config';
import { overLocalStack } from './vitest-settings.ts';

/** What is asked of LocalStack and of the recorder when the suite is over. */
export default defineConfig({ test: overLocalStack(['test/localstack/after/*.test.ts']) });
