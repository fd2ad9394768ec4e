/** The wall clock as the wire counts it. */
export const unixSeconds = (): number => Math.floor(Date.now() / 1000);
