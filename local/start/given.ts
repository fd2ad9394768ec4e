/** Empty is the same as unset: a shell cannot easily take a variable away for one command. */
export const given = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
