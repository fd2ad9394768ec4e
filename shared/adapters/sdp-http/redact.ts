import type { ArrayCredentials } from './credentials.ts';

export type Redact = (text: string) => string;

export interface Redactor {
  /** Credentials that were sent; they stay secret after others took their place. */
  learn(credentials: ArrayCredentials): void;
  /** The text without what was learnt, and cut: it goes into task rows and alarms. */
  readonly redact: Redact;
}

/** Replacing a shorter word would eat letters of ordinary text and hide nothing worth hiding. */
const shortestSecret = 4;
const longestText = 300;
/** Also half an Authorization header is too much of it. */
const authorizationHeader = /\b(basic|bearer)\s+[A-Za-z0-9+/=_.~-]+/gi;

/** Takes the credentials out of a text that came from outside; an array that echoes its input is not ours to trust. */
export const createRedactor = (): Redactor => {
  const secrets = new Set<string>();
  return {
    learn: ({ user, password }) => {
      const pair = `${user}:${password}`;
      for (const secret of [pair, password]) {
        for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), base64(secret)]) {
          if (form.length >= shortestSecret) secrets.add(form);
        }
      }
    },
    redact: (text) => {
      // Longest first: a secret that begins like another must not leave its end.
      const ordered = [...secrets].sort((one, other) => other.length - one.length);
      const clean = ordered.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
      // Cut last: half a secret at the cut would not be found.
      return clean.replaceAll(authorizationHeader, '$1 ***').slice(0, longestText);
    },
  };
};

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');
