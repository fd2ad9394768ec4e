const pattern = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;

/**
 * A position in the write-ahead log as a number that can be compared; the text is `<high>/<low>`, both hexadecimal.
 * @throws Error when it is not one.
 */
export function parseLsn(text: string): bigint {
  const [, high, low] = pattern.exec(text) ?? [];
  if (!high || !low) throw new Error(`"${text}" is not a position in the write-ahead log`);
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
