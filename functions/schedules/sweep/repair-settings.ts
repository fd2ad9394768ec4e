import * as z from 'zod/mini';
import { type Environment, readEnvironment } from '../../../shared/config/environment.ts';
import { startGraceSeconds } from '../../../shared/domain/recovery.ts';
import type { RepairDeps } from '../../../shared/use-cases/repair.ts';

const RepairEnvironment = z.object({
  /** How young a task may be without an execution; shorter where the tick is faster than a minute. */
  START_GRACE_SECONDS: z._default(z.coerce.number().check(z.nonnegative()), startGraceSeconds),
});

/** What every function that repairs is told, so that all of them keep the same grace. */
export const repairSettingsFrom = (environment: Environment): RepairDeps['settings'] => ({
  startGraceSeconds: readEnvironment(RepairEnvironment, environment).START_GRACE_SECONDS,
});
