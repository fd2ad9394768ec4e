import type { FieldDefinition, UniqueIndex } from './definition.ts';
import { textIn } from './value.ts';

/** No `:` inside a part, because a snapshot's full name is `<group>:<short name>`. The alphabet is this simulator's choice. */
const PART = /^[A-Za-z0-9_.-]+$/;

/** A name that may be changed: 42 characters at most. */
export const changeableName: FieldDefinition = { kind: 'str', onPatch: true, maxLength: 42, pattern: PART };

/** Name of a group, volume, snapshot or policy. */
export const partName: FieldDefinition = { ...changeableName, onCreate: 'required' };

export const IPV4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;

export const description: FieldDefinition = { kind: 'str', onCreate: 'optional', onPatch: true, nullable: true };

export const creationTime: FieldDefinition = { kind: 'num' };

/** What iSCSI does not allow in a target name becomes a dot, as on real arrays. */
export const iscsiName = (name: string): string => name.replaceAll(/[^A-Za-z0-9.:-]/g, '.');

export const duplicate = (noun: string, index: string): UniqueIndex => ({
  index,
  message: (record) => `${noun} ${textIn(record, index)} already exists`,
});
