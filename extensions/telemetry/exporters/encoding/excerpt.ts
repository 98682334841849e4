import type { ExportRequest } from '../exporter.ts';

/** The beginning of an answer, on one line. It hides the request's credentials, since some vendors repeat a wrong key or the address. */
export function excerpt(body: Buffer, request: ExportRequest): string {
  let text = body.subarray(0, LONGEST_READ).toString().replaceAll(/\s+/g, ' ').trim();
  for (const secret of secretsOf(request)) text = text.replaceAll(secret, '[redacted]');
  return text === '' ? '' : `: ${text.slice(0, LONGEST_EXCERPT)}`;
}

/** Signed requests hold no credentials, but names that help the owner. */
function secretsOf({ url, headers, sign }: ExportRequest): string[] {
  if (sign !== undefined) return [];
  const { pathname, searchParams } = new URL(url);
  const { 'content-type': _, ...others } = headers;
  const texts = [...Object.values(others), pathname.replaceAll('/', ' '), ...searchParams.values()];
  return texts.flatMap((text) => text.split(' ')).filter((text) => text.length >= SHORTEST_SECRET);
}

const LONGEST_EXCERPT = 300;
const LONGEST_READ = 4_096;
/** Shorter parts are words, like `collector` in a path. */
const SHORTEST_SECRET = 12;
