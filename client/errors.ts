/** A value could not be had. `code` is AWS's, or one of ours below. */
export class ReadError extends Error {
  override readonly name: string = 'ReadError';
  readonly code: string;

  constructor(message: string, code: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The secret, parameter, configuration or flag, or the version asked for, does not exist. */
export class NotFoundError extends ReadError {
  override readonly name = 'NotFoundError';
}

/** The function's role may not read it, or not use the key that encrypts it. */
export class AccessDeniedError extends ReadError {
  override readonly name = 'AccessDeniedError';
}

/** Neither the extension nor the AWS SDK is there. */
export class UnavailableError extends ReadError {
  override readonly name = 'UnavailableError';

  constructor(message: string, cause?: unknown) {
    super(message, 'UNAVAILABLE', cause);
  }
}

/** The value is not what was asked for: JSON, or text. It is not quoted. */
export class UnexpectedValueError extends ReadError {
  override readonly name = 'UnexpectedValueError';

  constructor(message: string) {
    super(message, 'UNEXPECTED_VALUE');
  }
}

/** The class that fits AWS's code. */
export function readError(what: string, code: string, message: string, cause?: unknown): ReadError {
  const text = `${what} could not be read: ${code}: ${message}`;
  if (NOT_FOUND.has(code)) return new NotFoundError(text, code, cause);
  return /AccessDenied|DecryptionFailure/.test(code)
    ? new AccessDeniedError(text, code, cause)
    : new ReadError(text, code, cause);
}

const NOT_FOUND = new Set(['ResourceNotFoundException', 'ParameterNotFound', 'ParameterVersionNotFound']);
