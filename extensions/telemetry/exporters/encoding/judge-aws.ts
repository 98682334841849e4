import { errorCodeOf, verdictOf } from '../../../../aws-call/errors.ts';
import type { ExportRequest, ExportResponse, Verdict } from '../exporter.ts';
import { judgeByStatus } from './judge-by-status.ts';

/** What an answer of one of AWS's JSON services means for what was sent. */
export function judgeAws(response: ExportResponse, request: ExportRequest): Verdict {
  const verdict = byStatus(response, request);
  if (verdict.kind === 'delivered') return verdict;
  switch (verdictOf(errorCodeOf(response))) {
    case 'busy':
      return { kind: 'retry', reason: verdict.reason };
    case 'refused':
      return { kind: 'refused', reason: verdict.reason };
    default:
      return verdict;
  }
}

const byStatus = judgeByStatus();
