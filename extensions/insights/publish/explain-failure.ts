import { AwsError, isBusy } from '../../../aws-call/errors.ts';
import { isUnreadableAnswer } from '../../../aws-call/unreadable-answer.ts';

export interface Failure {
  /** Whether the same events may be accepted later. */
  readonly isWorthRetry: boolean;
  /** What happened, to complete "because …". */
  readonly why: string;
  /** What the owner of the function can do. */
  readonly advice: string;
}

/** Reads the error of a call to CloudWatch Logs. */
export function explainFailure(error: unknown, signal: AbortSignal, host: string): Failure {
  if (error instanceof AwsError) return explainAnswer(error);
  if (isUnreadableAnswer(error)) return unreached(`${error.message} (from ${host})`);
  if (signal.aborted) return unreached(`${host} did not answer in time`);
  const { code, message } = error as NodeJS.ErrnoException;
  if (message?.includes('credentials'))
    return { isWorthRetry: true, why: message, advice: 'Give the function a role, or set LAMBDA_INSIGHTS=emf.' };
  return unreached(`${host} is not reachable (${code ?? message})`);
}

function explainAnswer({ code, status, message }: AwsError): Failure {
  if (/AccessDenied|NotAuthorized/.test(code)) {
    const action = /perform:? (logs:\w+)/.exec(message)?.[1] ?? 'logs:PutLogEvents';
    return {
      isWorthRetry: true,
      why: `the function’s role may not call ${action}`,
      advice: `Attach the policy ${POLICY}, or set LAMBDA_INSIGHTS=emf, which needs no permission.`,
    };
  }
  if (isBusy(code) || status >= 500 || status === 429) {
    return {
      isWorthRetry: true,
      why: `CloudWatch Logs is busy (${code})`,
      advice: 'If this lasts, raise INSIGHTS_FLUSH_INTERVAL_MS.',
    };
  }
  const isAboutUs = /Token|Signature|UnrecognizedClient|OptIn|NotFound/.test(code);
  return {
    isWorthRetry: isAboutUs,
    why: `CloudWatch Logs answered ${message}`,
    advice: 'LAMBDA_INSIGHTS=emf writes the same documents without a call to AWS.',
  };
}

function unreached(why: string): Failure {
  return {
    isWorthRetry: true,
    why,
    advice:
      'A function in a VPC needs a NAT gateway or a VPC endpoint for CloudWatch Logs. LAMBDA_INSIGHTS=emf needs no network.',
  };
}

/** AWS's own. It allows CreateLogGroup, and CreateLogStream and PutLogEvents in the one group. */
const POLICY = 'CloudWatchLambdaInsightsExecutionRolePolicy';
