/** The login form. Some clients do not percent-encode what they send. Flex contract, section 2. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch (error) {
    // A stray `%` of a client that does not encode: the text is meant as it stands.
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** Every reading of the form: percent-decoded first, then as it stands, where the two differ. */
export function readLoginForm(text: string): readonly Credentials[] {
  const raw = new Map(
    text.split('&').map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at).trim(), pair.slice(at + 1)];
    }),
  );
  const username = raw.get('username');
  const password = raw.get('password');
  if (username === undefined || password === undefined) return [];
  const decoded = { username: decode(username), password: decode(password) };
  const same = decoded.username === username && decoded.password === password;
  return same ? [decoded] : [decoded, { username, password }];
}
