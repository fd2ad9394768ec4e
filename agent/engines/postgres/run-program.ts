import { spawn } from 'node:child_process';
import { AgentFailure } from '../../failure.ts';
import type { Account } from './account.ts';

/** Nothing of the agent's own environment reaches the server: PG* variables would change what it does. */
const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C' } as const;

const keptOutputCharacters = 4000;

export interface ProgramRun {
  readonly account: Account | null;
  readonly timeoutSeconds: number;
}

/**
 * Runs a program of PostgreSQL to its end and returns its standard output.
 * @throws AgentFailure ENGINE_FAILED with the end of what it printed.
 */
export function runProgram(file: string, args: readonly string[], run: ProgramRun): Promise<string> {
  return new Promise((resolve, reject) => {
    const identity = run.account === null ? {} : { uid: run.account.uid, gid: run.account.gid };
    const child = spawn(file, args, { ...identity, cwd: '/', env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), run.timeoutSeconds * 1000);
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-keptOutputCharacters)));
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new AgentFailure('ENGINE_FAILED', `${file} did not start: ${error.message}`, error));
    });
    // 'exit' and not 'close': a daemon left behind by the program may keep the pipes open.
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else
        reject(
          new AgentFailure(
            'ENGINE_FAILED',
            `${programName(file)} ended with ${code ?? signal}: ${errors.trim().slice(-1000)}`,
          ),
        );
    });
  });
}

const programName = (file: string): string => file.slice(file.lastIndexOf('/') + 1);
