import type { ExportRequest, ExportResponse, Verdict } from '../exporter.ts';
import { excerpt } from './excerpt.ts';

/** Judges by the status alone. `retried`: the statuses after which the same request may be sent again. */
export function judgeByStatus(retried: ReadonlySet<number> = RETRIED) {
  return (response: ExportResponse, request: ExportRequest): Verdict => {
    const { status } = response;
    if (status >= 200 && status < 300) return { kind: 'delivered' };
    const reason = `${new URL(request.url).host} answered ${status}${excerpt(response.body, request)}`;
    if (status === 413) return { kind: 'split', reason };
    if (NOTHING_THERE.has(status)) return { kind: 'refused', reason: `${reason}; ${wrongAddress(request.url)}` };
    if (REFUSED.has(status) || (status >= 300 && status < 400)) return { kind: 'refused', reason };
    if (retried.has(status)) return { kind: 'retry', reason, ...retryAfter(response) };
    return { kind: 'rejected', reason };
  };
}

/** `Retry-After`: seconds, or a date, which counts from the date of the answer. */
export function retryAfter({ headers }: ExportResponse): { afterMs?: number } {
  const text = headers['retry-after'];
  if (typeof text !== 'string' || text.trim() === '') return {};
  const seconds = Number(text);
  const afterMs = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(text) - Date.parse(String(headers.date));
  return afterMs > 0 ? { afterMs } : {};
}

/** A path of one signal, in a setting to which paths are appended, is the common mistake. Shows no more: a path may hold a key. */
function wrongAddress(url: string): string {
  const [doubled] = DOUBLED.exec(new URL(url).pathname) ?? [];
  return doubled === undefined
    ? 'nothing takes telemetry at this address: check it in the setting'
    : `the path is doubled (${doubled}): take /v1/… off the address in the setting`;
}

/** A wrong key, of the vendor or of a proxy, or a wrong address: redirections are not followed. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 407]);
/** A wrong address, not a wrong batch: the next one would fare no better. */
const NOTHING_THERE: ReadonlySet<number> = new Set([404, 405, 410]);
const DOUBLED = /\/v1\/(?:logs|metrics|traces)\/v1\/(?:logs|metrics|traces)$/;
const RETRIED: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
