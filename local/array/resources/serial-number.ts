import type { Lookup } from './definition.ts';

/**
 * Ten digits as on real arrays: three that tell arrays apart, then the object's id, which is never used again. So the
 * serial is unique without looking anything up, and two arrays on one machine do not share serials.
 */
export const serialNumber = (id: number, lookup: Lookup): string =>
  `${lookup.identity.number}${String(id).padStart(7, '0')}`;
