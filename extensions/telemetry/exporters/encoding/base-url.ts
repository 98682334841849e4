/** Checks a whole address; the scheme may be missing. Errors never quote it, since it may hold a secret. */
export function wholeUrl(address: string, variable: string): string {
  const url = URL.parse(/^https?:\/\//i.test(address) ? address : `https://${address}`);
  if (url === null) throw new Error(`${variable} is not an address: expected one like https://host:8088`);
  return url.href;
}

/** An address for paths to be appended: without a slash at the end. */
export function baseUrl(address: string, variable: string): string {
  return wholeUrl(address, variable).replace(/\/+$/, '');
}
