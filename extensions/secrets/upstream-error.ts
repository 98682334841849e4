/** What is left of a failed call to AWS: enough for the caller and the log, and no value of a secret. */
export interface UpstreamFailure {
  readonly status: number;
  /** AWS's code, or that of the connection's error. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
}

/** Reads the errors of the AWS SDK and of Node's sockets. What AWS answered keeps AWS's status. */
export function judgeUpstreamError(error: unknown): UpstreamFailure {
  // A parser quotes what it could not read, and that may be a secret.
  if (error instanceof SyntaxError) return { ...UNREADABLE, requestId: undefined };

  const { name, code, message, $metadata } = (error ?? {}) as Partial<SdkError>;
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && status >= 400) {
    return { status, code: name ?? 'UnknownError', message: message ?? '', requestId: $metadata?.requestId };
  }
  const isLate = name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT';
  return {
    status: isLate ? 504 : 502,
    code: isLate ? 'TimeoutError' : (code ?? name ?? 'UnknownError'),
    message: message ?? String(error),
    requestId: undefined,
  };
}

const UNREADABLE = { status: 502, code: 'UnreadableAnswer', message: 'what AWS answered could not be read' };

interface SdkError {
  name: string;
  code: string;
  message: string;
  $metadata: { httpStatusCode?: number; requestId?: string };
}
