/** The executor's own tests are in its own language: they hold the node process that stands for Lambda's sandbox. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runCommand } from '../../local/localstack/run-command.ts';
import { findToolchain } from '../../local/localstack/toolchain.ts';

const executor = fileURLToPath(new URL('../../local/localstack/executor', import.meta.url));

it('the executor keeps its promises to LocalStack', async () => {
  const { python } = await findToolchain();
  const heard: string[] = [];
  await runCommand(python, ['-m', 'unittest', '--verbose', 'test_node_process'], {
    cwd: executor,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
    onOutput: (text) => heard.push(text),
  });
  expect(heard.join('')).toMatch(/^Ran [1-9]\d* tests? in .*\n+OK$/m);
});
