export type Body = Readonly<Record<string, unknown>>;

/**
 * Whether an object that the array answered to a write is the one that was written: every field that we sent and also
 * read has the value that was sent. A ref is read as its path; an initiator's name may come back in small letters.
 */
export const holdsWhatWasSent = (sent: Body, read: unknown): boolean =>
  typeof read === 'object' &&
  read !== null &&
  Object.entries(sent).every(([field, value]) => {
    const answered: unknown = Reflect.get(read, field);
    return answered === undefined || lower(answered) === lower(pathOf(value));
  });

const lower = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

const pathOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'ref' in value ? value.ref : value;
