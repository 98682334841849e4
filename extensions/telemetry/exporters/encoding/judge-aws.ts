import { errorCodeOf, isBusy, isRefusal } from '../../../../aws-call/errors.ts';
import type { ExportRequest, ExportResponse, Verdict } from '../exporter.ts';
import { judgeByStatus } from './judge-by-status.ts';

/** What an answer of one of AWS's JSON services means for what was sent. */
export function judgeAws(response: ExportResponse, request: ExportRequest): Verdict {
  const verdict = byStatus(response, request);
  if (verdict.kind === 'delivered') return verdict;
  const code = errorCodeOf(response);
  if (isBusy(code)) return { kind: 'retry', reason: verdict.reason };
  return isRefusal(code) ? { kind: 'refused', reason: verdict.reason } : verdict;
}

const byStatus = judgeByStatus();
