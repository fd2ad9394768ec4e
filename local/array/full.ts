/** The disk, or what this user may have of it. */
const FULL_CODES: readonly unknown[] = ['ENOSPC', 'EDQUOT'];

export const FULL_MESSAGE = 'the array is full: there is no free capacity left';

/** Whether an error says that there is no room left under the array's folder. */
export const isFull = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && FULL_CODES.includes(error.code);

export const noRoomFor = (what: string, cause: unknown): Error =>
  Object.assign(new Error(`no space left for ${what}`, { cause }), { code: 'ENOSPC' });
