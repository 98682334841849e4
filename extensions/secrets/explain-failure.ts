import { describeWanted, UPSTREAM_NAMES, type Wanted } from './wanted.ts';

/** What is left of a failed call to AWS: enough for the caller and the log, and no value of a secret. */
export interface Failure {
  readonly status: number;
  /** AWS's code, or that of the connection's error. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
  /** What its owner can do about it, where the error alone does not say it. */
  readonly hint: string | undefined;
  /** Whether the next try may go better, so that a value of old is a good answer meanwhile. */
  readonly isTransient: boolean;
}

/** Reads the errors of the AWS SDK and of Node's sockets. What AWS answered keeps AWS's status. */
export function explainFailure(error: unknown, service = 'the service'): Failure {
  // A parser quotes what it could not read, and that may be a secret.
  if (error instanceof SyntaxError) return UNREADABLE;

  const { name, code, message = String(error), endpoint, $metadata } = (error ?? {}) as Partial<SdkError>;
  const status = $metadata?.httpStatusCode;
  if (status !== undefined && status >= 400) {
    return {
      status,
      code: name ?? 'UnknownError',
      message,
      requestId: $metadata?.requestId,
      hint: permissionHint(name, message),
      isTransient: status >= 500 || status === 429 || THROTTLING.test(name ?? ''),
    };
  }
  const isLate = name === 'TimeoutError' || name === 'AbortError' || code === 'ETIMEDOUT';
  return {
    status: isLate ? 504 : 502,
    code: isLate ? 'TimeoutError' : (code ?? name ?? 'UnknownError'),
    message,
    requestId: undefined,
    hint: isLate || NO_ANSWER.test(code ?? '') ? networkHint(endpoint, service) : undefined,
    isTransient: true,
  };
}

/** All that is known of it, for the log. */
export function failureLine(wanted: Wanted, error: unknown): string {
  const { code, message, requestId, hint } = explainFailure(error, UPSTREAM_NAMES[wanted.kind]);
  const details = [requestId && `request id ${requestId}`, hint].filter((detail) => detail !== undefined).join('; ');
  return `${describeWanted(wanted)} failed: ${code}: ${message}${details ? ` (${details})` : ''}`;
}

/** AWS names the action only in the text, and the key's action not even there. */
function permissionHint(code = '', message: string): string | undefined {
  if (!/AccessDenied|NotAuthorized|DecryptionFailure/.test(code)) return undefined;
  const action = /not authorized to perform:? ([\w-]+:\w+)/.exec(message)?.[1];
  if (action !== undefined && !action.startsWith('kms:')) return `allow ${action} in the role of the function`;
  // Systems Manager speaks of the "customer master key", Secrets Manager of "KMS".
  if (code !== 'DecryptionFailure' && !/kms|master key/i.test(message)) return undefined;
  return 'the role may not use the key: allow kms:Decrypt for the key that encrypts the value';
}

function networkHint(endpoint: string | undefined, service: string): string | undefined {
  if (endpoint === undefined) return undefined;
  return `${endpoint} does not answer: a function in a VPC needs a NAT gateway or a VPC endpoint for ${service}`;
}

const UNREADABLE: Failure = {
  status: 502,
  code: 'UnreadableAnswer',
  message: 'what AWS answered could not be read',
  requestId: undefined,
  hint: undefined,
  isTransient: true,
};

/** As opposed to an answer, such as a certificate, that is not good enough. */
const NO_ANSWER = /^(ECONN|EHOST|ENET|ENOTFOUND|EAI_|EPIPE)/;
const THROTTLING = /Throttl|TooManyRequests|RequestLimitExceeded|SlowDown/;

interface SdkError {
  name: string;
  code: string;
  message: string;
  endpoint: string;
  $metadata: { httpStatusCode?: number; requestId?: string };
}
