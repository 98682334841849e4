import type { ExportRequest, ExportResponse, Verdict } from '../exporter.ts';
import { excerpt } from './excerpt.ts';

/** Judges by the status alone. `retried`: the statuses after which the same request may be sent again. */
export function judgeByStatus(retried: ReadonlySet<number> = RETRIED) {
  return (response: ExportResponse, request: ExportRequest): Verdict => {
    const { status } = response;
    if (status >= 200 && status < 300) return { kind: 'delivered' };
    const reason = `${new URL(request.url).host} answered ${status}${excerpt(response.body, request)}`;
    if (status === 413) return { kind: 'split', reason };
    if (REFUSED.has(status) || (status >= 300 && status < 400)) return { kind: 'refused', reason };
    if (retried.has(status)) return { kind: 'retry', reason, ...retryAfter(response) };
    return { kind: 'rejected', reason };
  };
}

/** `Retry-After` in seconds. No vendor here uses the format with a date. */
export function retryAfter({ headers }: ExportResponse): { afterMs?: number } {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? { afterMs: seconds * 1_000 } : {};
}

/** A wrong key, of the vendor or of a proxy, or a wrong address: redirections are not followed. */
const REFUSED: ReadonlySet<number> = new Set([401, 403, 407]);
const RETRIED: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
