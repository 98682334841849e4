import type { ExportRequest, ExportResponse, Verdict } from '../exporter.ts';

type Judge = (response: ExportResponse, request: ExportRequest) => Verdict;

/**
 * What to do about an answer of success that lacks what the vendor promises: something else may have answered, so the items
 * are sent again.
 */
export function unpromised({ status }: ExportResponse, { url }: ExportRequest, what: string): Verdict {
  return { kind: 'retry', reason: `${new URL(url).host} answered ${status}, but ${what}` };
}

/** The fields of an answer that is a JSON object; undefined if it is anything else. */
export function answeredObject({ body }: ExportResponse): Readonly<Record<string, unknown>> | undefined {
  try {
    const answer: unknown = JSON.parse(body.toString());
    return typeof answer === 'object' && answer !== null && !Array.isArray(answer)
      ? (answer as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** For vendors whose status says all. A login page or the page of a proxy comes with status 200, too. */
export function noWebPage(judge: Judge): Judge {
  return (response, request) => {
    const verdict = judge(response, request);
    const isPage = verdict.kind === 'delivered' && PAGE.test(response.body.toString('latin1', 0, START_BYTES));
    return isPage ? unpromised(response, request, 'with a web page') : verdict;
  };
}

const PAGE = /^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)[\s>]/i;
const START_BYTES = 256;
