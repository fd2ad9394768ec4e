import type { ResourceDefinition } from '../resources/definition.ts';
import { textIn, type ArrayRecord } from '../resources/value.ts';

/** Fields that say what an object is called, the first that it has; a mapping is called by its id. */
const NAMES = ['name', 'short_name', 'iqn', 'nqn', 'pwwn', 'ip_address'];

/** An object in the words of a message, such as `volume group orders`. */
export function describeObject(definition: ResourceDefinition, record: ArrayRecord): string {
  const name = NAMES.map((field) => textIn(record, field)).find((text) => text !== '');
  return `${definition.noun} ${name ?? record.id}`;
}
