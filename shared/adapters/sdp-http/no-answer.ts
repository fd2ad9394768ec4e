import { certificateFailure } from './certificate.ts';

/** No whole answer came. Only when it was not connected is it certain that nothing happened. */
export class NoAnswer extends Error {
  readonly reason: 'not connected' | 'timed out' | 'cut off';

  constructor(reason: NoAnswer['reason'], detail: string) {
    super(`${reason}: ${detail}`);
    this.reason = reason;
  }

  /** The array that shows a wrong certificate is there: that error stays what it is. */
  static whenConnecting(error: Error): Error {
    return certificateFailure(error) === undefined ? new NoAnswer('not connected', error.message) : error;
  }
}
