/** A password from where no other process and no shell history sees it. */
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

export interface PasswordSource extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
}

const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

/** The first line, without its end; on a terminal nothing of it is shown. */
async function firstLine(input: PasswordSource): Promise<string | undefined> {
  // In terminal mode readline itself echoes, to its output, and the terminal does not.
  const lines = createInterface({ input, output: nowhere(), terminal: input.isTTY === true });
  try {
    for await (const line of lines) return line;
    return undefined;
  } finally {
    lines.close();
  }
}

/**
 * REPRISE_ADMIN_PASSWORD, or else the first line of `input`; `ask` is called before a person is waited for.
 * @throws Error when there is none.
 */
export async function readPassword(
  environment: NodeJS.ProcessEnv,
  input: PasswordSource,
  ask: () => void,
): Promise<string> {
  const given = environment['REPRISE_ADMIN_PASSWORD'];
  if (given !== undefined && given !== '') return given;
  if (input.isTTY === true) ask();
  const password = await firstLine(input);
  if (password === undefined || password === '')
    throw new Error('no password: give it on standard input, or in REPRISE_ADMIN_PASSWORD');
  return password;
}
