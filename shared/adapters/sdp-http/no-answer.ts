import { certificateFailure } from './certificate.ts';

/** No whole answer came. Only when it was not connected, or not even sent, is it certain that nothing happened. */
export class NoAnswer extends Error {
  /** `queued`: it waited for one of our own connections for as long as it had. */
  readonly reason: 'not connected' | 'timed out' | 'cut off' | 'queued';

  constructor(reason: NoAnswer['reason'], detail: string) {
    super(`${reason}: ${detail}`);
    this.reason = reason;
  }

  /** The array that shows a wrong certificate is there: that error stays what it is. */
  static whenConnecting(error: Error): Error {
    return certificateFailure(error) === undefined ? new NoAnswer('not connected', error.message) : error;
  }
}
