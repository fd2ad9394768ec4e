import type { ArrayCredentials, CredentialSource } from '../../../shared/adapters/sdp-http/credentials.ts';

/** A secret that nobody changes. */
export const fixedCredentials = (credentials: ArrayCredentials): CredentialSource => ({
  current: async () => credentials,
  renewed: async () => undefined,
});
