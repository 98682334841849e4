/** A strong validator of an answer. `node:crypto` takes milliseconds to load, and a function may never read anything. */
export function etagOf(body: string | Buffer, contentType: string): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const hash = createHash('sha256').update(`${contentType}\n`).update(body).digest('base64url');
  return `"${hash.slice(0, LENGTH)}"`;
}

/** Whether `If-None-Match` names it. */
export function hasEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
}

const LENGTH = 27;
