import type { RegisteredArray, ShownAddress } from '../../../shared/domain/array.ts';
import { DomainError, isDomainError } from '../../../shared/domain/errors.ts';
import type { ArrayIdentity } from '../../../shared/ports/store.ts';
import type { ArrayApiDeps } from '../api-deps.ts';

export type DeploymentArray = ShownAddress & ArrayIdentity;

/**
 * The deployment's own array as it names itself now, because an address may come to lead to another one. What it said
 * last is remembered by its URL, for when it is silent; before it has ever answered its id is ''. Undefined where the
 * deployment has none.
 */
export async function deploymentArray(deps: ArrayApiDeps): Promise<DeploymentArray | undefined> {
  const own = deps.connector.deployment;
  const port = deps.arrays.own();
  if (own === null || port === null) return undefined;
  const remembered = (await deps.store.getDeploymentArray(own.url)) ?? { sdpId: '', name: '' };
  try {
    const { sdpId, name } = await port.describe();
    if (sdpId !== remembered.sdpId || name !== remembered.name) {
      await deps.store.rememberDeploymentArray(own.url, { sdpId, name });
    }
    return { ...own, sdpId, name };
  } catch (error) {
    if (!isDomainError(error, 'ArrayUnavailable') && !isDomainError(error, 'ArrayRefused')) throw error;
    deps.log.warn("the deployment's array did not say who it is", { error: error.message });
    return { ...own, ...remembered };
  }
}

/** The deployment's own array, if any, and all that are registered. */
export async function allArrays(deps: ArrayApiDeps): Promise<readonly (DeploymentArray | RegisteredArray)[]> {
  const [own, registered] = await Promise.all([deploymentArray(deps), deps.store.listArrays()]);
  return [...(own === undefined ? [] : [own]), ...registered];
}

/** Why an array that has no registration cannot be changed or deleted here. */
export async function notRegistered(deps: ArrayApiDeps, sdpId: string): Promise<DomainError> {
  const own = await deploymentArray(deps);
  return own?.sdpId === sdpId
    ? new DomainError('Refused', `array '${sdpId}' belongs to the deployment: its settings are changed there`)
    : new DomainError('NotFound', `Array '${sdpId}' not found`);
}
