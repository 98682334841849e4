import type { ExportRequest, ExportResponse, Verdict } from '../exporter.ts';
import { judgeByStatus } from './judge-by-status.ts';

/** What an error of one of AWS's JSON services means: most have the status 400, and are told apart by their code. */
export function judgeAws(response: ExportResponse, request: ExportRequest): Verdict {
  const verdict = byStatus(response, request);
  if (verdict.kind === 'delivered') return verdict;
  const code = errorCodeOf(response);
  if (THROTTLED.test(code)) return { kind: 'retry', reason: verdict.reason };
  if (REFUSED.has(code)) return { kind: 'refused', reason: verdict.reason };
  return verdict;
}

/** E.g. `ResourceNotFoundException`; empty where it says none. */
export function errorCodeOf({ headers, body }: ExportResponse): string {
  const inHeader = headers['x-amzn-errortype'];
  const code = typeof inHeader === 'string' ? inHeader : /"__type"\s*:\s*"([^"]*)"/.exec(body.toString())?.[1];
  return code?.split(':')[0]?.split('#').at(-1) ?? '';
}

const byStatus = judgeByStatus();
const THROTTLED =
  /Throttl|TooManyRequests|ServiceUnavailable|RequestTimeout|LimitExceeded|InternalFailure|InternalServer/;
const REFUSED: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidKMSResourceException',
  'InvalidSignatureException',
  'MissingAuthenticationTokenException',
  'OptInRequired',
  'ResourceNotFoundException',
  'UnrecognizedClientException',
]);
