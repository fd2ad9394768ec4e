/** Programs run to their end. What they print is kept for the error, should they fail. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

export interface CommandOptions {
  readonly cwd?: string;
  /** Instead of this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Told each piece of output as it comes. */
  readonly onOutput?: (text: string) => void;
}

/**
 * Answers what the program printed on its standard output.
 * @throws Error with the end of everything it printed when it fails or cannot be started.
 */
export async function runCommand(
  program: string,
  args: readonly string[],
  { cwd, env, onOutput }: CommandOptions = {},
): Promise<string> {
  const child = spawn(program, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const heard = { out: '', all: '' };
  const hear = (text: string): void => {
    heard.all += text;
    onOutput?.(text);
  };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard.out += text;
    hear(text);
  });
  child.stderr.setEncoding('utf8').on('data', hear);
  await once(child, 'close');
  if (child.exitCode === 0) return heard.out;
  throw new Error(`${program} ${args.slice(0, 3).join(' ')} failed:\n${heard.all.trim().slice(-4000)}`);
}
