/**
 * The address of an array, `https://host[:port][/prefix]`.
 * @throws TypeError when it is not https or carries credentials, which would end up in errors.
 */
export const arrayAddress = (url: string): URL => {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address?.protocol !== 'https:') throw new TypeError('the address of the array must begin with https://');
  if (address.username !== '' || address.password !== '') {
    throw new TypeError('the address of the array must not hold credentials');
  }
  if (address.search !== '' || address.hash !== '')
    throw new TypeError('the address of the array must end with its path');
  return address;
};
