import { refused } from '../api-error.ts';
import type { FieldDefinition, Lookup } from '../resources/definition.ts';
import { parseRefPath, refTo, type Value } from '../resources/value.ts';

const NUMBER = /^-?\d+(\.\d+)?$/;

function readNumber(name: string, field: FieldDefinition, sent: unknown): number {
  const value = typeof sent === 'string' && NUMBER.test(sent.trim()) ? Number(sent) : sent;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refused(`field ${name} must be a number`);
  if (field.kind === 'int' && !Number.isSafeInteger(value)) throw refused(`field ${name} must be a whole number`);
  if (value < (field.minimum ?? -Infinity)) throw refused(`field ${name} must be at least ${String(field.minimum)}`);
  if (value > (field.maximum ?? Infinity)) throw refused(`field ${name} must be at most ${String(field.maximum)}`);
  return value;
}

function readText(name: string, field: FieldDefinition, sent: unknown): string {
  if (typeof sent !== 'string') throw refused(`field ${name} must be a string`);
  if (sent.length > (field.maxLength ?? 1000))
    throw refused(`field ${name} is longer than ${field.maxLength ?? 1000} characters`);
  if (field.pattern !== undefined && !field.pattern.test(sent))
    throw refused(`field ${name} is empty or has characters that are not allowed`);
  return sent;
}

function readFlag(name: string, sent: unknown): boolean {
  const word = typeof sent === 'string' ? sent.toLowerCase() : sent;
  if (word === true || word === 'true') return true;
  if (word === false || word === 'false') return false;
  throw refused(`field ${name} must be true or false`);
}

const refTextOf = (sent: unknown): unknown =>
  typeof sent === 'object' && sent !== null && 'ref' in sent ? sent.ref : undefined;

function readRef(name: string, field: FieldDefinition, sent: unknown, lookup: Lookup): Value {
  const path = refTextOf(sent);
  if (typeof path !== 'string')
    throw refused(`field ${name} must be a reference such as {"ref": "/${field.to?.[0] ?? 'x'}/1"}`);
  const target = parseRefPath(path);
  if (
    target === undefined ||
    !(field.to ?? []).includes(target.collection) ||
    lookup.find(target.collection, target.id) === undefined
  )
    throw refused(`field ${name} points to ${path}, which does not exist or is not possible here`);
  // `/volumes/08` is taken, and kept under the one name that everything is indexed by.
  return refTo(target.collection, target.id);
}

/** Clients take something out of a ref field with null, with an empty string or with an empty object. */
const isNothing = (field: FieldDefinition, sent: unknown): boolean =>
  sent === null ||
  (field.kind === 'ref' && (sent === '' || (typeof sent === 'object' && Object.keys(sent).length === 0)));

/** Reads one sent value; numbers and booleans may come as strings. Throws a 400 that names the field. */
export function readField(name: string, field: FieldDefinition, sent: unknown, lookup: Lookup): Value {
  if (isNothing(field, sent)) {
    if (field.nullable === true) return null;
    throw refused(`field ${name} must have a value`);
  }
  switch (field.kind) {
    case 'int':
    case 'num':
      return readNumber(name, field, sent);
    case 'str':
      return readText(name, field, sent);
    case 'bool':
      return readFlag(name, sent);
    case 'ref':
      return readRef(name, field, sent, lookup);
  }
}
