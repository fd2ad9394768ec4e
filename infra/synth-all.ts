/** `npm run synth:all`: every environment by the real `cdk` command with example values, into cdk.out/<environment>. */
import { spawnSync } from 'node:child_process';

import { exampleContext } from './example-context.ts';

const synthesize = (environment: string, context: Readonly<Record<string, string>>): boolean => {
  const values = Object.entries({ env: environment, ...context }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  console.log(`== cdk synth -c env=${environment}`);
  // Strict: a warning fails too. Nothing is looked up in an account.
  const options = ['synth', '--quiet', '--strict', '--no-lookups', '--output', `cdk.out/${environment}`];
  return spawnSync('npx', ['cdk', ...options, ...values], { stdio: 'inherit' }).status === 0;
};

const failed = Object.entries(exampleContext).filter(([environment, context]) => !synthesize(environment, context));
if (failed.length > 0) {
  console.error(`not synthesized: ${failed.map(([environment]) => environment).join(', ')}`);
  process.exitCode = 1;
}
