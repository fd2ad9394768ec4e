/** JSON as the interpreter types it. */
import type { StateMachine } from 'aws-local-stepfunctions';
import { z } from 'zod';

export type JsonValue = Parameters<StateMachine['run']>[0];

/** Only for text that JSON.parse has just read, which cannot be anything else. */
const parsedJson = z.custom<JsonValue>();

/** Throws SyntaxError. */
export const parseJson = (text: string): JsonValue => parsedJson.parse(JSON.parse(text));

/** Undefined for what has no JSON, such as undefined itself; the declaration of `stringify` forgets that. */
export const jsonText: (value: unknown) => string | undefined = JSON.stringify;

/** What crossing a wire does to a value: undefined becomes null, everything else its JSON. */
export const throughJson = (value: unknown): { readonly value: JsonValue; readonly bytes: number } => {
  const text = jsonText(value) ?? 'null';
  return { value: parseJson(text), bytes: Buffer.byteLength(text) };
};
