/** Hosts that `npm start -- --fixture NAME` provides. */
import type { HostSpec } from '../site/site.ts';

export const fixtures = {
  demo: [
    { hostId: 'sqlprod1', vendor: 'mssql', databases: ['orders', 'customers', 'inventory'] },
    { hostId: 'sqldev1', vendor: 'mssql', databases: [] },
    { hostId: 'pgprod1', vendor: 'postgres', databases: ['shop'] },
    { hostId: 'pgdev1', vendor: 'postgres', databases: [] },
  ],
} as const satisfies Readonly<Record<string, readonly HostSpec[]>>;

export const fixtureNames = ['demo'] as const satisfies readonly (keyof typeof fixtures)[];
