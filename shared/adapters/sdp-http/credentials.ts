import * as z from 'zod/mini';
import { DomainError } from '../../domain/errors.ts';
import { jsonIn } from './outcome.ts';

export interface ArrayCredentials {
  readonly user: string;
  readonly password: string;
}

/** Where the credentials of one array come from. Its errors reach the caller of the verb as they are. */
export interface CredentialSource {
  current(): Promise<ArrayCredentials>;
  /** After the array refused `rejected` with 401: newly read ones, or undefined when they are the same. */
  renewed(rejected: ArrayCredentials): Promise<ArrayCredentials | undefined>;
}

const Secret = z.object({ username: z.string().check(z.minLength(1)), password: z.string().check(z.minLength(1)) });

/**
 * Credentials out of the text of a secret, `{"username": ..., "password": ...}`.
 * @throws DomainError ArrayRefused, without a cause: what a parser says of a broken text quotes it.
 */
const credentialsIn = (secretText: string): ArrayCredentials => {
  const parsed = Secret.safeParse(jsonIn(secretText));
  if (!parsed.success) {
    throw new DomainError(
      'ArrayRefused',
      'the array cannot be asked: its secret must be JSON with a username and a password',
    );
  }
  return { user: parsed.data.username, password: parsed.data.password };
};

const areEqual = (one: ArrayCredentials, other: ArrayCredentials): boolean =>
  one.user === other.user && one.password === other.password;

/**
 * Reads the secret at the first call and after a 401, and keeps it between. Several calls that are refused together
 * read it once; a failed read is tried anew at the next call.
 */
export const credentialsFromSecret = (readSecretText: () => Promise<string>): CredentialSource => {
  let known: Promise<ArrayCredentials> | undefined;
  const read = (): Promise<ArrayCredentials> => {
    const reading = readSecretText()
      .then(credentialsIn)
      .catch((error: unknown) => {
        if (known === reading) known = undefined;
        throw error;
      });
    known = reading;
    return reading;
  };
  return {
    current: () => known ?? read(),
    renewed: async (rejected) => {
      const before = known;
      const kept = await before;
      // Another call has read it since; or is it still the rejected one, and nobody is reading?
      if (kept !== undefined && !areEqual(kept, rejected)) return kept;
      const fresh = await (known === before ? read() : (known ?? read()));
      return areEqual(fresh, rejected) ? undefined : fresh;
    },
  };
};
