/** Waiting, as patient as the engine is slow: a look at a LocalStack costs it as much as a step of the work waited for. */
import { waitUntil as waitOnThisMachine } from '../../../local/site/wait-until.ts';
import { deployedLocalStacks } from '../bed/deployed-localstack.ts';

const isOnLocalStack = deployedLocalStacks() !== undefined;
const patience = isOnLocalStack ? 2 : 1;
const slowness = isOnLocalStack ? 5 : 1;

/** As `waitUntil` of the site. Both times are those of the embedded cloud. */
export const waitUntil = <VALUE>(
  what: string,
  timeoutMs: number,
  look: () => Promise<VALUE | undefined>,
  everyMs = 100,
): Promise<VALUE> => waitOnThisMachine(what, timeoutMs * patience, look, everyMs * slowness);
