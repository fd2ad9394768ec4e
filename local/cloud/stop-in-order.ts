/** Things to end, last started first. */

export class StopInOrder {
  readonly #stops: (() => Promise<void>)[] = [];

  /** Remembers how to end `started`, and gives it back. */
  add<T extends { stop(): Promise<void> }>(started: T): T {
    this.#stops.push(() => started.stop());
    return started;
  }

  /** Ends everything even when some of it fails; then throws those failures together. Twice does nothing. */
  async stop(): Promise<void> {
    const failures: unknown[] = [];
    for (const stop of this.#stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'parts of the embedded cloud did not stop');
  }
}
