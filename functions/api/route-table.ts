/** The whole API: every row of every capability, in the order of docs/faces.md. */
import type { Route } from '../../shared/http/route.ts';
import { operations as agents } from './agents/operations.ts';
import { operations as auth } from './auth/operations.ts';
import { operations as clones } from './clones/operations.ts';
import { operations as databases } from './databases/operations.ts';
import { operations as hosts } from './hosts/operations.ts';
import { operations as refresh } from './refresh/operations.ts';
import { operations as sdps } from './sdps/operations.ts';
import { operations as snapshots } from './snapshots/operations.ts';
import { operations as tasks } from './tasks/operations.ts';

export const routeTable: readonly Route[] = [
  ...auth,
  ...hosts,
  ...databases,
  ...clones,
  ...snapshots,
  ...refresh,
  ...tasks,
  ...sdps,
  ...agents,
].map((endpoint) => endpoint.route);
