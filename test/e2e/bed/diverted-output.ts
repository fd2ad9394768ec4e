/** The embedded cloud logs on this process's output, as functions do. Here that goes to a file, where a test can look. */
import { appendFileSync } from 'node:fs';

/** From now on log lines go to `file`; what is no log line goes where it went. Returns the way back. */
export function divertOutput(file: string): () => void {
  const restores = [process.stdout, process.stderr].map((stream) => {
    const write = stream.write.bind(stream);
    const divert = (chunk: unknown, ...rest: readonly unknown[]): boolean => {
      const text = typeof chunk === 'string' ? chunk : Buffer.isBuffer(chunk) ? chunk.toString('utf8') : '';
      if (!text.startsWith('{"')) return Reflect.apply(write, stream, [chunk, ...rest]);
      appendFileSync(file, text);
      const done = rest.at(-1);
      if (typeof done === 'function') done();
      return true;
    };
    Object.assign(stream, { write: divert });
    return () => Object.assign(stream, { write });
  });
  return () => {
    for (const restore of restores) restore();
  };
}
