/** How an agent double deviates from its duty, each deviation for the next command of a kind. */
import type { AgentCommand, AgentCommandKind } from '../../../shared/contracts/agent.ts';
import type { FaultSwitch } from './fault-switch.ts';

export type Deviation =
  /** Says it could not. */
  | { readonly how: 'fail' }
  /** Does it, and says nothing and hears nothing until it comes back. */
  | { readonly how: 'fall-silent'; readonly when: 'before' | 'after' }
  /** Does it, and sends heartbeats before it answers. */
  | { readonly how: 'with-heartbeats' }
  /** Does it, and answers only when nobody waits any more. */
  | { readonly how: 'late' }
  /** Answers twice. */
  | { readonly how: 'twice' }
  /** A freeze that ended before the thaw. */
  | { readonly how: 'lapse' };

export interface AgentScript {
  /** For the next `times` commands of that kind. */
  plan(kind: AgentCommandKind, deviation: Deviation, times?: number): FaultSwitch;
  next(command: AgentCommand): Deviation | null;
}

export const createAgentScript = (): AgentScript => {
  const planned: { readonly kind: AgentCommandKind; readonly deviation: Deviation; left: number; fired: boolean }[] =
    [];
  return {
    plan: (kind, deviation, times = 1) => {
      const entry = { kind, deviation, left: times, fired: false };
      planned.push(entry);
      return { fired: () => entry.fired };
    },
    next: ({ kind }) => {
      const due = planned.find((entry) => entry.kind === kind && entry.left > 0);
      if (due === undefined) return null;
      due.left -= 1;
      due.fired = true;
      return due.deviation;
    },
  };
};
