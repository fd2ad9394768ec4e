/** Ports on the command line. */
import { InvalidArgumentError } from 'commander';

const highestPort = 65_535;

/** @throws InvalidArgumentError, which commander prints with the option's name. */
export const portNumber = (text: string): number => {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > highestPort)
    throw new InvalidArgumentError(`must be a whole number up to ${String(highestPort)}.`);
  return port;
};
