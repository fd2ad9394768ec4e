import type { Effect, EffectKind } from '../../shared/domain/effect.ts';

/** A row of the journal as it is written before the effect. */
export const intended = (
  requestId: string,
  effectId: string,
  kind: EffectKind,
  about: {
    readonly name: string;
    readonly hostId?: string;
    readonly sdpId?: string;
    readonly requires?: readonly string[];
  },
): Effect => ({
  requestId,
  effectId,
  kind,
  state: 'intended',
  name: about.name,
  hostId: about.hostId ?? '',
  sdpId: about.sdpId ?? '',
  requires: about.requires ?? [],
  outcome: {},
  blockedAttempt: 0,
  blockedReason: '',
});

export const freezeEffectId = (round: number): string => `freeze-${String(round)}`;
export const arraySnapshotEffectId = (round: number, index: number): string =>
  `array-snapshot-${String(round)}-${String(index)}`;
export const viewEffectId = (destination: number, index: number): string =>
  `view-${String(destination)}-${String(index)}`;
export const mappingEffectId = (destination: number, index: number): string =>
  `mapping-${String(destination)}-${String(index)}`;
/** All swaps of a task are one command. */
export const swapEffectId = 'swap';
export const attachEffectId = (destination: number): string => `attach-${String(destination)}`;
