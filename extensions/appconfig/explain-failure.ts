import { codeAndMessage, isThrottled, messageAndHint } from '../../aws-call/explain-aws-error.ts';
import { explainAwsError } from '../sdk/index.ts';

/** What is left of a failed poll: enough for the caller and the log, and nothing of a configuration. */
export interface Failure {
  /** One of those that AWS's agent documents: 400, 404, 500, 502, 504. */
  readonly status: number;
  /** AWS's code, or that of the connection's error. */
  readonly code: string;
  /** What happened, and what its owner can do about it. */
  readonly text: string;
  /** What of it was not found. */
  readonly resourceType: string | undefined;
  /** AppConfig was not reached or is busy, so that it has not refused anything. */
  readonly isUnreachable: boolean;
  /** There were too many calls. */
  readonly isThrottled: boolean;
}

/** A configuration that came and cannot be served. */
export class UnusableConfigurationError extends Error {
  override readonly name = 'UnusableConfiguration';
  readonly code = 'UnusableConfiguration';
}

/** Reads the errors of the AWS SDK and of Node.js's sockets. */
export function explainFailure(error: unknown): Failure {
  if (error instanceof UnusableConfigurationError) {
    const { code, message: text } = error;
    return { status: 500, code, text, resourceType: undefined, isUnreachable: false, isThrottled: false };
  }
  const failure = explainAwsError(error, 'AppConfig Data');
  const { kind, status, code, isTransient } = failure;
  const isNotFound = kind === 'answered' && status === 404;
  return {
    status: kind !== 'answered' ? status : isTransient ? 502 : isNotFound ? 404 : 400,
    code,
    text: codeAndMessage(code, messageAndHint(failure)),
    resourceType: isNotFound ? ((error as { ResourceType?: string }).ResourceType ?? 'Configuration') : undefined,
    isUnreachable: isTransient,
    isThrottled: isThrottled(failure),
  };
}
