/** References inside one template and between the templates of an assembly. */
import { z } from 'zod';
import { resolveValue, type Scope } from './intrinsics.ts';
import { account, identify, type Identity, nameProperty, region } from './resource-identities.ts';
import type { Resource, Stack } from './template.ts';

export interface StackScope extends Scope {
  /** The name the resource has once deployed. */
  physicalName(logicalId: string): string;
}

const pseudo = (stackName: string): Readonly<Record<string, string>> => ({
  'AWS::Region': region,
  'AWS::AccountId': account,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': stackName,
});

const makeScope = (
  stack: Stack,
  importValue: (name: string) => unknown,
  queueUrl: (name: string) => string,
): StackScope => {
  const { Resources, Parameters } = stack.template;
  const constants = pseudo(stack.name);
  const resourceOf = (logicalId: string): Resource => {
    const found = Resources[logicalId];
    if (found === undefined) throw new Error(`${stack.name}: nothing is named ${logicalId}`);
    return found;
  };
  const identityOf = (logicalId: string): Identity => {
    const { Type } = resourceOf(logicalId);
    const identity = identify(Type, scope.physicalName(logicalId), queueUrl);
    if (identity === null) throw new Error(`${stack.name}: the embedded cloud cannot refer to ${logicalId}, a ${Type}`);
    return identity;
  };
  const scope: StackScope = {
    stackName: stack.name,
    importValue,
    physicalName: (logicalId) => {
      const { Type, Properties } = resourceOf(logicalId);
      const property = nameProperty(Type);
      const given = property === null ? undefined : Properties[property];
      return given === undefined ? `${stack.name}-${logicalId}` : z.string().parse(resolveValue(given, scope));
    },
    ref: (name) => {
      if (Object.hasOwn(constants, name)) return constants[name];
      if (name.startsWith('AWS::')) throw new Error(`${stack.name}: the embedded cloud does not know ${name}`);
      const parameter = Parameters[name];
      if (parameter === undefined) return identityOf(name).ref;
      if (parameter.Default === undefined) throw new Error(`${stack.name}: parameter ${name} has no default`);
      return parameter.Default;
    },
    attribute: (logicalId, name) => {
      const value = identityOf(logicalId).attributes[name];
      if (value === undefined)
        throw new Error(
          `${stack.name}: the embedded cloud does not know ${name} of ${logicalId}, a ${resourceOf(logicalId).Type}`,
        );
      return value;
    },
  };
  return scope;
};

/** One scope per stack; exports are looked up when asked for, whatever the order of the stacks. */
export const scopesOf = (
  stacks: readonly Stack[],
  queueUrl: (name: string) => string,
): ReadonlyMap<Stack, StackScope> => {
  const scopes = new Map<Stack, StackScope>();
  const importValue = (name: string): unknown => {
    for (const [stack, scope] of scopes) {
      const output = Object.values(stack.template.Outputs).find(
        ({ Export }) => Export !== undefined && resolveValue(Export.Name, scope) === name,
      );
      if (output !== undefined) return resolveValue(output.Value, scope);
    }
    throw new Error(`no stack exports ${name}`);
  };
  for (const stack of stacks) scopes.set(stack, makeScope(stack, importValue, queueUrl));
  return scopes;
};
