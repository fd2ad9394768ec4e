/** Shows what is going on: a line that moves on a terminal, one plain line per finished thing elsewhere. */

export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** One finished line. */
  say(line: string): void;
  /** What is being done now, asked again as it is shown; until `say`, `doing` or `close`. */
  doing(what: () => string): void;
  close(): void;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const frameMs = 100;
const eraseLine = '\r\u001b[2K';
/** Where nothing can move, long work says now and then that it goes on. */
const plainEveryMs = 10_000;

const seconds = (sinceMs: number): string => `${((performance.now() - sinceMs) / 1000).toFixed(0)} s`;

function onTerminal(stream: ProgressStream): Progress {
  let timer: NodeJS.Timeout | undefined;
  const clear = (): void => {
    if (timer === undefined) return;
    clearInterval(timer);
    timer = undefined;
    stream.write(eraseLine);
  };
  return {
    say: (line) => {
      clear();
      stream.write(`${line}\n`);
    },
    doing: (what) => {
      clear();
      const since = performance.now();
      let at = 0;
      const draw = (): void => {
        stream.write(
          `${eraseLine}  ${frames[at % frames.length] ?? ''} ${what()} (${seconds(since)})`.slice(
            0,
            (stream.columns ?? 80) + eraseLine.length - 1,
          ),
        );
        at += 1;
      };
      draw();
      timer = setInterval(draw, frameMs);
    },
    close: clear,
  };
}

function onPlainStream(stream: ProgressStream): Progress {
  let timer: NodeJS.Timeout | undefined;
  const clear = (): void => clearInterval(timer);
  return {
    say: (line) => {
      clear();
      stream.write(`${line}\n`);
    },
    doing: (what) => {
      clear();
      const since = performance.now();
      timer = setInterval(() => stream.write(`    ${what()}: ${seconds(since)} so far\n`), plainEveryMs);
    },
    close: clear,
  };
}

export const progressOn = (stream: ProgressStream): Progress =>
  stream.isTTY === true ? onTerminal(stream) : onPlainStream(stream);
