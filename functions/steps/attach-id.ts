/** Names an attach on the host, so that it can be taken back even when its answer never came. */
export const attachIdOf = (requestId: string, effectId: string): string => `${requestId}.${effectId}`;
