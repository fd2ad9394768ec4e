import type { ResourceDefinition } from './definition.ts';

/** What happened. The engine writes them; the newest 10,000 are kept. */
export const events: ResourceDefinition = {
  collection: 'events',
  noun: 'event',
  sequence: 'events',
  verbs: [],
  fields: {
    event_id: { kind: 'int' },
    name: { kind: 'str' },
    level: { kind: 'str' },
    labels: { kind: 'str' },
    message: { kind: 'str' },
    timestamp: { kind: 'num' },
    user: { kind: 'str' },
  },
};

/** Where events would be sent: nowhere, so there is none. */
export const eventTargets: ResourceDefinition = {
  collection: 'events/targets',
  noun: 'event target',
  sequence: 'events/targets',
  verbs: [],
  fields: { name: { kind: 'str' }, type: { kind: 'str' }, data: { kind: 'str' } },
};

export const eventTargetFilters: ResourceDefinition = {
  collection: 'events/target_filters',
  noun: 'event target filter',
  sequence: 'events/target_filters',
  verbs: [],
  fields: { label: { kind: 'str' }, level: { kind: 'str' }, target_id: { kind: 'int' } },
};
