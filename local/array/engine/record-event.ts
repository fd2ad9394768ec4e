import type { Caller, ResourceDefinition } from '../resources/definition.ts';
import type { ArrayRecord, Draft } from '../resources/value.ts';
import { ALL } from '../store/index-entries.ts';
import type { Store } from '../store/store.ts';
import { describeObject } from './describe-object.ts';

const EVENTS = 'events';
const MOST_EVENTS = 10_000;

const DEEDS = ['CREATED', 'MODIFIED', 'DELETED'] as const;

/** What happened to an object. */
interface Happening {
  readonly definition: ResourceDefinition;
  readonly record: ArrayRecord;
  readonly deed: (typeof DEEDS)[number];
  /** The body of a change, with its orders. */
  readonly sent?: Draft;
}

/** Records what a request did. Must run in the transaction that does it, so that neither is there without the other. */
export function recordEvent(store: Store, { user }: Caller, happening: Happening): void {
  const { definition, record, deed, sent } = happening;
  if (definition.event === undefined) return;
  const { word, number } = definition.event;
  const special = sent === undefined ? undefined : definition.changeEvent?.(sent);
  store.insert(EVENTS, {
    id: store.nextId(EVENTS),
    event_id: number + DEEDS.indexOf(deed),
    name: special ?? `${word}_${deed}`,
    level: 'INFO',
    labels: `${word}, CONFIGURE`,
    message: `${describeObject(definition, record)} was ${deed.toLowerCase()} by ${user}`,
    timestamp: store.now(),
    user,
  });
  if (store.count(EVENTS, ALL, '') > MOST_EVENTS) removeOldest(store);
}

function removeOldest(store: Store): void {
  const [oldest] = store.ids(EVENTS, ALL, '');
  const event = oldest === undefined ? undefined : store.find(EVENTS, oldest);
  if (event !== undefined) store.remove(EVENTS, event);
}
