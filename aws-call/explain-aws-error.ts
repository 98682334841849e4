import { connectionHint, isSilent, PROXY_AUTHENTICATION_REQUIRED } from './connection-hint.ts';
import { type AwsError, isAwsError, isBusy, isThrottling } from './errors.ts';
import { isUnreadableAnswer } from './unreadable-answer.ts';

/** What is left of a failed call to AWS: enough for the caller and the log, and nothing of a value. */
export interface AwsFailure {
  /** AWS answered with an error; it did not answer in time; it was not reached; it answered what cannot be read. */
  readonly kind: 'answered' | 'late' | 'unreached' | 'unreadable';
  /** That of AWS's answer; else what a gateway says: 504 when it was late, 502 otherwise. */
  readonly status: number;
  /** AWS's code, or that of the connection's error. */
  readonly code: string;
  readonly message: string;
  readonly requestId: string | undefined;
  /** What its owner can do about it, where the error alone does not say it. */
  readonly hint: string | undefined;
  /** Whether the next try may succeed, so that a stale value is a good answer meanwhile. */
  readonly isTransient: boolean;
}

/**
 * Reads the errors of the AWS SDK, of our own calls and of Node.js's sockets.
 * @param service its name for the owner of the function, e.g. `Secrets Manager`.
 */
export function explainAwsError(error: unknown, service = 'the service'): AwsFailure {
  if (isUnreadable(error)) {
    // A parser quotes what it could not read, and that may be a secret.
    const why = isUnreadableAnswer(error) ? firstLine(error.message) : 'AWS sent an unreadable answer';
    return unanswered('unreadable', 'UnreadableAnswer', why);
  }
  const {
    name = 'UnknownError',
    code,
    $metadata,
  } = isAwsError(error) ? asOfSdk(error) : (Object(error) as Partial<SdkError>);
  const message = isAwsError(error) ? error.reason || error.code : messageOf(error);
  const status = $metadata?.httpStatusCode;
  if (status === PROXY_AUTHENTICATION_REQUIRED)
    return unanswered(
      'unreached',
      'ProxyAuthenticationRequired',
      'the proxy answered 407',
      connectionHint(error, service),
    );
  if (status !== undefined && status >= 400) {
    return {
      kind: 'answered',
      status,
      code: name,
      message,
      requestId: $metadata?.requestId,
      hint: permissionHint(name, message),
      isTransient: status >= 500 || status === 429 || isBusy(name),
    };
  }
  // That of a DOMException is a number.
  const connectionCode = typeof code === 'string' ? code : undefined;
  const hint = connectionHint(error, service);
  if (isSilent(name, connectionCode ?? '')) return unanswered('late', 'TimeoutError', message, hint);
  return unanswered('unreached', connectionCode ?? name, message, hint);
}

/** Whether AWS refused the call for the number of calls. */
export function isThrottled({ kind, status, code }: AwsFailure): boolean {
  return kind === 'answered' && (status === 429 || isThrottling(code));
}

/** For people: the error's code and words, without a code that the words have already or that says nothing. */
export function codeAndMessage(code: string, message: string): string {
  return code === 'Error' || message.includes(code) ? message : `${code}: ${message}`;
}

/** The words of a failure and what its owner can do about it, without the code. */
export function messageAndHint({ message, hint }: Pick<AwsFailure, 'message' | 'hint'>): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}

function unanswered(kind: AwsFailure['kind'], code: string, message: string, hint?: string): AwsFailure {
  return { kind, status: kind === 'late' ? 504 : 502, code, message, requestId: undefined, hint, isTransient: true };
}

function isUnreadable(error: unknown): boolean {
  if (error instanceof SyntaxError || isUnreadableAnswer(error)) return true;
  // The SDK adds the response to what its parsers throw, and to the error of a connection that broke during the answer.
  const { name = '', code, $response } = (error ?? {}) as Partial<SdkError>;
  const isBroken = CONNECTION.test(String(code)) || isSilent(name, '');
  return $response !== undefined && $response.statusCode < 300 && !isBroken;
}

function asOfSdk({ code, status, requestId }: AwsError): Partial<SdkError> {
  return { name: code, $metadata: { httpStatusCode: status, ...(requestId === undefined ? {} : { requestId }) } };
}

/** The SDK adds a line for its developers. */
function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

/** Where a host name has several addresses and none is reached, only the parts of the error have a message. */
function messageOf(error: unknown): string {
  const { message, errors } = (error ?? {}) as { message?: string; errors?: readonly unknown[] };
  return message || (errors?.[0] as Error | undefined)?.message || String(error);
}

/** AWS names the action only in the text, and the key's action not even there. */
function permissionHint(code: string, message: string): string | undefined {
  if (!/AccessDenied|NotAuthorized|DecryptionFailure/.test(code)) return undefined;
  const action = /not authorized to perform:? ([\w-]+:\w+)/.exec(message)?.[1];
  if (action !== undefined && !action.startsWith('kms:')) return `allow ${action} in the role of the function`;
  // Systems Manager speaks of the "customer master key", Secrets Manager of "KMS".
  if (code !== 'DecryptionFailure' && !/kms|master key/i.test(message)) return undefined;
  return 'the role may not use the key: allow kms:Decrypt for the key that encrypts the value';
}

/** Of Linux, and of a signal. */
const CONNECTION = /^(E[A-Z]+|ABORT_ERR)$/;

interface SdkError {
  name: string;
  code: string | number;
  $response: { statusCode: number };
  $metadata: { httpStatusCode?: number; requestId?: string };
}
