/** JSON lines on a stream, one object per event. Secrets given to `hide` are blotted out wherever they would appear. */
export interface Log {
  info(event: string, details?: Readonly<Record<string, unknown>>): void;
  warn(event: string, details?: Readonly<Record<string, unknown>>): void;
  error(event: string, details?: Readonly<Record<string, unknown>>): void;
  hide(secret: string): void;
}

type Level = 'info' | 'warn' | 'error';

const printable = (_key: string, value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message } : value;

/** @param write receives one whole line, newline included. @param now Unix milliseconds. */
export function createLog(write: (line: string) => void, now: () => number = Date.now): Log {
  const secrets = new Set<string>();
  const line = (level: Level, event: string, details: Readonly<Record<string, unknown>> = {}): void => {
    let text = JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...details }, printable);
    for (const secret of secrets) text = text.replaceAll(secret, '[hidden]');
    write(`${text}\n`);
  };
  return {
    info: (event, details) => line('info', event, details),
    warn: (event, details) => line('warn', event, details),
    error: (event, details) => line('error', event, details),
    // Short strings would blot out ordinary words, and no secret of ours is that short.
    hide: (secret) => {
      if (secret.length >= 8) secrets.add(secret);
    },
  };
}
