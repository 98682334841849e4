/** A whole address, checked. Its scheme may be missing. Never quotes it: it may hold a secret. */
export function wholeUrl(address: string, variable: string): string {
  const url = URL.parse(/^https?:\/\//i.test(address) ? address : `https://${address}`);
  if (url === null) throw new Error(`${variable} is no address: expected one like https://host:8088`);
  return url.href;
}

/** An address that paths can follow: without a slash at its end. */
export function baseUrl(address: string, variable: string): string {
  return wholeUrl(address, variable).replace(/\/+$/, '');
}
