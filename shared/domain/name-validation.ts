/** May databases of a host get these names? What every operation that makes databases shares. Flex contract, section 8. */
import { type Database, databaseNameProblem, sameName } from './database.ts';
import { type Issue, issue } from './issue.ts';
import { lockKey } from './lock.ts';

/** Names given more than once, whatever their case, in one issue. */
export function duplicatedNameIssues(hostId: string, names: readonly string[]): readonly Issue[] {
  const duplicated = names.filter((name, index) => names.findIndex((other) => sameName(other, name)) !== index);
  if (duplicated.length === 0) return [];
  return [issue('DB_NAME_DUPLICATED', `host_id='${hostId}'. db names given twice: ${duplicated.join(', ')}`)];
}

/** Names that no new database may have. */
export const invalidNameIssues = (names: readonly string[]): readonly Issue[] =>
  names.flatMap((name) => {
    const problem = databaseNameProblem(name);
    return problem === null ? [] : [issue('DB_NAME_INVALID', `db name '${name}' ${problem}`, { db_name: name })];
  });

/** Names of databases that are there or being made, in one issue. `databases`: the live ones of the host. */
export function takenNameIssues(
  hostId: string,
  names: readonly string[],
  databases: readonly Database[],
  heldKeys: Pick<ReadonlySet<string>, 'has'>,
): readonly Issue[] {
  const taken = names.filter(
    (name) => heldKeys.has(lockKey(hostId, name)) || databases.some((database) => sameName(database.name, name)),
  );
  if (taken.length === 0) return [];
  return [issue('DB_NAME_IS_IN_USE', `host_id='${hostId}'. db names already in use: ${taken.join(', ')}`)];
}
