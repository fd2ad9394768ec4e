/**
 * The Retry-After header in milliseconds (RFC 9110, 10.2.3: seconds, or a date). A date is read against the Date header
 * of the same answer, so that no clock but the array's own counts; undefined when there is nothing to go by.
 */
export const retryAfterMs = (retryAfter: string | undefined, date: string | undefined): number | undefined => {
  if (retryAfter === undefined) return undefined;
  const text = retryAfter.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const waitMs = Date.parse(text) - Date.parse(date ?? '');
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
};
