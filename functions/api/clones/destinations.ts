/** `destinations` of a request. Flex contract, sections 7.2 and 7.3. */
import * as z from 'zod/mini';
import {
  type Destination,
  hostIdsOf,
  maxDestinationHosts,
  maxDestinations,
} from '../../../shared/domain/destination-validation.ts';
import { NamedDatabase, NamedHost } from '../schema-words.ts';

const DestinationBody = z.object({
  host_id: NamedHost,
  db_id: NamedDatabase,
  db_name: z.string().check(z.minLength(1), z.maxLength(256)),
});

export const destinationsOf = (bodies: readonly z.infer<typeof DestinationBody>[]): readonly Destination[] =>
  bodies.map((one) => ({ hostId: one.host_id, dbId: one.db_id, dbName: one.db_name }));

export const Destinations = z.array(DestinationBody).check(
  z.minLength(1),
  z.maxLength(maxDestinations),
  z.refine(
    (all) => hostIdsOf(destinationsOf(all)).length <= maxDestinationHosts,
    `must name at most ${String(maxDestinationHosts)} hosts`,
  ),
);

/** For the audit entry. */
export const destinationSubject = (destinations: readonly Destination[]): string =>
  destinations.map((one) => `${one.hostId}/${one.dbName}`).join(',');

/** Hosts whose databases the names were checked against; they must be the same when the task is recorded. */
export const destinationHosts = <HOST>(
  destinations: readonly Destination[],
  hosts: ReadonlyMap<string, HOST>,
): readonly HOST[] => hostIdsOf(destinations).flatMap((hostId) => hosts.get(hostId) ?? []);
