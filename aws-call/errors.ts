import type { HttpResponse } from './send.ts';

/** AWS answered a call with an error. */
export class AwsError extends Error {
  /** AWS's name for it, e.g. `AccessDeniedException`; the status where AWS gave none. */
  readonly code: string;
  readonly status: number;
  /** AWS's words alone; empty where it gave none. */
  readonly reason: string;
  readonly requestId: string | undefined;
  /** When AWS sent it, by AWS's clock, in epoch time. */
  readonly sentAtMs: number | undefined;
  /** How long AWS asks to wait before the next try. */
  readonly retryAfterMs: number | undefined;

  constructor(response: HttpResponse) {
    const code = errorCodeOf(response) || `status ${response.status}`;
    const message = errorMessageOf(response);
    super(message === undefined ? code : `${code}: ${message}`);
    this.code = code;
    this.status = response.status;
    this.reason = message ?? '';
    this.requestId = headerOf(response, 'x-amzn-requestid');
    this.sentAtMs = numberOf(Date.parse(headerOf(response, 'date') ?? ''));
    this.retryAfterMs = numberOf(Number(headerOf(response, 'retry-after') ?? Number.NaN) * 1_000);
  }
}

/** The SDK's bundle has this file, too, and so a class of its own. */
export function isAwsError(error: unknown): error is AwsError {
  return error instanceof Error && 'reason' in error && 'status' in error && 'code' in error;
}

/** E.g. `ResourceNotFoundException`; empty where it says none. */
export function errorCodeOf({ headers, body }: Pick<HttpResponse, 'headers' | 'body'>): string {
  const inHeader = headers['x-amzn-errortype'];
  const code = typeof inHeader === 'string' ? inHeader : /"__type"\s*:\s*"([^"]*)"/.exec(body.toString())?.[1];
  return code?.split(':')[0]?.split('#').at(-1) ?? '';
}

/** Whether the same call may succeed later. Most errors have the status 400, so that only the code tells. */
export function isBusy(code: string): boolean {
  return BUSY.test(code);
}

/** Whether there were too many calls. */
export function isThrottling(code: string): boolean {
  return THROTTLED.test(code);
}

/** Whether AWS will accept nothing that is sent with these credentials and settings. */
export function isRefusal(code: string): boolean {
  return REFUSED.has(code);
}

function headerOf({ headers }: HttpResponse, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

function numberOf(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function errorMessageOf({ body }: Pick<HttpResponse, 'body'>): string | undefined {
  try {
    const { message, Message } = JSON.parse(body.toString()) as { message?: unknown; Message?: unknown };
    const said = message ?? Message;
    return typeof said === 'string' ? said : undefined;
  } catch {
    return undefined;
  }
}

const BUSY =
  /Throttl|TooManyRequests|ServiceUnavailable|RequestTimeout|LimitExceeded|ThroughputExceeded|PriorRequestNotComplete|TransactionInProgress|SlowDown|InternalFailure|InternalServer/;
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|ThroughputExceeded|SlowDown/;
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
