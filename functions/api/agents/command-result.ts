/** What a command of each kind gives back. Later steps read it from the journal, so that it is checked when it comes. */
import * as z from 'zod/mini';
import {
  type AgentCommandKind,
  AttachResult,
  DetachResult,
  FreezeResult,
  SwapResult,
  ThawResult,
} from '../../../shared/contracts/agent.ts';
import { BadRequest } from '../../../shared/http/http-errors.ts';
import { fieldProblems } from '../../../shared/http/request-schema.ts';

const nothing = z.object({});

const resultByKind: Readonly<Record<AgentCommandKind, z.ZodMiniType>> = {
  freeze: FreezeResult,
  thaw: ThawResult,
  attach: AttachResult,
  swap: SwapResult,
  detach: DetachResult,
  rescan: nothing,
  inventory: nothing,
};
const schemas: ReadonlyMap<string, z.ZodMiniType> = new Map(Object.entries(resultByKind));

/** Throws `BadRequest` when the result is not one of a command of that kind. */
export function checkResult(kind: string, result: Readonly<Record<string, unknown>>): void {
  const parsed = (schemas.get(kind) ?? nothing).safeParse(result);
  if (!parsed.success) throw new BadRequest(fieldProblems(['body', 'result'], parsed.error));
}
