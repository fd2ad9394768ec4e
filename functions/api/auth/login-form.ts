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

function fieldsOf(text: string): Credentials | undefined {
  const raw = new Map(
    text.split('&').map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at).trim(), pair.slice(at + 1)];
    }),
  );
  const username = raw.get('username');
  const password = raw.get('password');
  return username === undefined || password === undefined ? undefined : { username, password };
}

/** A password may hold any `&` when nothing is encoded: it then ends where the other field begins, or the text ends. */
function unencodedFieldsOf(text: string): Credentials | undefined {
  const [, first, last] = /^username=(.*?)&password=(.*)$/s.exec(text) ?? [];
  if (first !== undefined && last !== undefined) return { username: first, password: last };
  const [, password, username] = /^password=(.*)&username=(.*)$/s.exec(text) ?? [];
  return username === undefined || password === undefined ? undefined : { username, password };
}

/** Every different reading of the form: percent-decoded, as it stands, and with a password that nobody encoded. */
export function readLoginForm(text: string): readonly Credentials[] {
  const plain = fieldsOf(text);
  if (plain === undefined) return [];
  const decoded = { username: decode(plain.username), password: decode(plain.password) };
  const readings = [decoded, plain, unencodedFieldsOf(text) ?? plain];
  return [...new Map(readings.map((one) => [JSON.stringify(one), one])).values()];
}

/** Names in the order of their readings, each with every password that was read with it. */
export function passwordsByName(readings: readonly Credentials[]): ReadonlyMap<string, readonly string[]> {
  const byName = new Map<string, readonly string[]>();
  for (const { username, password } of readings) {
    byName.set(username, [...(byName.get(username) ?? []), password]);
  }
  return byName;
}
