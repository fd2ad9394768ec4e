/** Task tokens: who waits for which, and what AWS answers for those nobody waits for any more. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { WireError } from '../wire/aws-json.ts';
import type { JsonValue } from './json-value.ts';
import { TaskFailure } from './task-failure.ts';

const content = z.tuple([z.string(), z.uuid()]);

interface Parked {
  readonly executionArn: string;
  succeed(output: JsonValue): void;
  fail(failure: TaskFailure): void;
  beat(): void;
  close(): void;
}

export interface ParkedTask {
  /** The report: its output, or a TaskFailure from SendTaskFailure or the missed heartbeat. Never settles once closed. */
  readonly outcome: Promise<JsonValue>;
  /** From now on reports get TaskTimedOut. */
  close(): void;
}

const executionOf = (token: string): string => {
  try {
    return content.parse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')))[0];
  } catch (cause) {
    throw Object.assign(new WireError('InvalidToken', `Invalid Token: '${token.slice(0, 40)}'`), { cause });
  }
};

export class TaskTokens {
  readonly #parked = new Map<string, Parked>();
  readonly #isKnown: (executionArn: string) => boolean;

  /** `isKnown` tells a token that is spent (TaskTimedOut) from one of an execution forgotten or lost in a restart. */
  constructor(isKnown: (executionArn: string) => boolean) {
    this.#isKnown = isKnown;
  }

  issue(executionArn: string): string {
    return Buffer.from(JSON.stringify([executionArn, randomUUID()])).toString('base64url');
  }

  park(token: string, executionArn: string, heartbeatSeconds: number | null): ParkedTask {
    let timer: NodeJS.Timeout | undefined;
    const close = (): void => {
      clearTimeout(timer);
      this.#parked.delete(token);
    };
    const outcome = new Promise<JsonValue>((resolve, reject) => {
      const settle = (act: () => void): void => {
        close();
        act();
      };
      const beat = (): void => {
        clearTimeout(timer);
        if (heartbeatSeconds === null) return;
        const silent = new TaskFailure('States.HeartbeatTimeout', `no heartbeat for ${heartbeatSeconds} seconds`);
        timer = setTimeout(() => settle(() => reject(silent)), heartbeatSeconds * 1000);
      };
      this.#parked.set(token, {
        executionArn,
        succeed: (output) => settle(() => resolve(output)),
        fail: (failure) => settle(() => reject(failure)),
        beat,
        close,
      });
      beat();
    });
    return { outcome, close };
  }

  succeed(token: string, output: JsonValue): void {
    this.#waiting(token).succeed(output);
  }

  fail(token: string, error: string, cause: string): void {
    this.#waiting(token).fail(new TaskFailure(error, cause));
  }

  heartbeat(token: string): void {
    this.#waiting(token).beat();
  }

  closeAllOf(executionArn: string): void {
    for (const parked of this.#parked.values()) {
      if (parked.executionArn === executionArn) parked.close();
    }
  }

  #waiting(token: string): Parked {
    const parked = this.#parked.get(token);
    if (parked !== undefined) return parked;
    if (this.#isKnown(executionOf(token))) {
      throw new WireError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    }
    throw new WireError('TaskDoesNotExist', 'the execution of this task token is not known here');
  }
}
