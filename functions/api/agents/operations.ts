import { commandFailure } from './command-failure.ts';
import { commandHeartbeat } from './command-heartbeat.ts';
import { commandSuccess } from './command-success.ts';
import { heartbeat } from './heartbeat.ts';
import { inventory } from './inventory.ts';
import { queueAccess } from './queue-access.ts';

export const operations = [queueAccess, heartbeat, inventory, commandHeartbeat, commandSuccess, commandFailure];
