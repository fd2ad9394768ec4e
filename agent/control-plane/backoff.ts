/** How long to wait before the attempt after `failures` failures: doubling, capped, spread so that hosts do not march in step. */
export function backoffMilliseconds(failures: number, random: () => number = Math.random): number {
  const ceiling = Math.min(30_000, 250 * 2 ** Math.min(failures, 10));
  return ceiling / 2 + (random() * ceiling) / 2;
}
