/** A flows port that starts nothing and remembers what it was asked. */
import type { FlowInput, FlowsPort } from '../../shared/ports/flows.ts';

export interface RecordingFlows extends FlowsPort {
  readonly started: { readonly flow: string; readonly input: FlowInput }[];
  readonly signals: {
    readonly kind: 'succeed' | 'fail' | 'heartbeat';
    readonly token: string;
    readonly error?: string;
    readonly cause?: string;
  }[];
  /** Tokens nobody waits under. */
  readonly gone: Set<string>;
  /** What a started flow does at once, in place of a state machine. */
  onStart: (flow: string, input: FlowInput) => Promise<void>;
}

export function recordingFlows(): RecordingFlows {
  const gone = new Set<string>();
  const heard = (token: string): Promise<'heard' | 'gone'> => Promise.resolve(gone.has(token) ? 'gone' : 'heard');
  const flows: RecordingFlows = {
    started: [],
    signals: [],
    gone,
    onStart: () => Promise.resolve(),
    async start(flow, input) {
      flows.started.push({ flow, input });
      await flows.onStart(flow, input);
    },
    status: () => Promise.resolve('running'),
    succeed(token) {
      flows.signals.push({ kind: 'succeed', token });
      return heard(token);
    },
    fail(token, error, cause) {
      flows.signals.push({ kind: 'fail', token, error, cause });
      return heard(token);
    },
    heartbeat(token) {
      flows.signals.push({ kind: 'heartbeat', token });
      return heard(token);
    },
  };
  return flows;
}
