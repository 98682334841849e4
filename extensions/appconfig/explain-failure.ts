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
  /** Whether AppConfig was not reached, so that it has not refused anything. */
  readonly isUnreachable: boolean;
}

/** A configuration that came and cannot be served. */
export class UnusableConfigurationError extends Error {
  override readonly name = 'UnusableConfiguration';
  readonly code = 'UnusableConfiguration';
}

/** Reads the errors of the AWS SDK and of Node's sockets. */
export function explainFailure(error: unknown): Failure {
  if (error instanceof UnusableConfigurationError) return known(500, error.code, error.message);
  // A parser quotes what it could not read.
  if (error instanceof SyntaxError)
    return known(502, 'UnreadableAnswer', 'what AppConfig answered could not be read', true);

  const {
    name = 'UnknownError',
    code,
    message = String(error),
    endpoint,
    $metadata,
    ResourceType,
  } = (error ?? {}) as Partial<SdkError>;
  const upstream = $metadata?.httpStatusCode ?? 0;
  if (upstream >= 400) {
    const isItsOwn = upstream >= 500 || upstream === 429 || /Throttl/.test(name);
    const hint = permissionHint(name, message);
    return {
      ...known(isItsOwn ? 502 : upstream === 404 ? 404 : 400, name, `${name}: ${message}${hint}`, isItsOwn),
      resourceType: ResourceType ?? (upstream === 404 ? 'Configuration' : undefined),
    };
  }
  // The SDK calls a connection that broke a time-out, too; only its code tells. That of a DOMException is a number.
  const isLate = typeof code === 'string' ? code === 'ETIMEDOUT' : name === 'TimeoutError' || name === 'AbortError';
  const shownCode = isLate ? 'TimeoutError' : (code ?? name);
  return known(isLate ? 504 : 502, shownCode, `${shownCode}: ${message}${networkHint(endpoint)}`, true);
}

function known(status: number, code: string, text: string, isUnreachable = false): Failure {
  return { status, code, text, resourceType: undefined, isUnreachable };
}

function permissionHint(code: string, message: string): string {
  if (!/AccessDenied|NotAuthorized/.test(code)) return '';
  const action = /not authorized to perform:? ([\w-]+:\w+)/.exec(message)?.[1];
  return action === undefined ? '' : `; allow ${action} in the role of the function`;
}

function networkHint(endpoint: string | undefined): string {
  return endpoint === undefined
    ? ''
    : `; ${endpoint} does not answer: a function in a VPC needs a NAT gateway or a VPC endpoint for AppConfig Data`;
}

interface SdkError {
  name: string;
  code: string;
  message: string;
  endpoint: string;
  ResourceType: string;
  $metadata: { httpStatusCode?: number };
}
