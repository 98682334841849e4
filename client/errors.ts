import { codeAndMessage } from '../aws-call/explain-aws-error.ts';

const IS_READ_ERROR = Symbol.for('lambda-node-extended.client.read-error');

/** A value could not be had. `code` is AWS's, or one of ours below. */
export class ReadError extends Error {
  override readonly name: string = 'ReadError';
  readonly code: string;
  readonly [IS_READ_ERROR] = true;

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isReadError(value);
  }

  constructor(message: string, code: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The secret, parameter, configuration or flag, or the version asked for, does not exist. */
export class NotFoundError extends ReadError {
  override readonly name = 'NotFoundError';

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isReadError(value, 'NotFoundError');
  }
}

/** The function's role may not read it, or not use the key that encrypts it. */
export class AccessDeniedError extends ReadError {
  override readonly name = 'AccessDeniedError';

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isReadError(value, 'AccessDeniedError');
  }
}

/** The extension does not answer, and the environment does not allow the function to ask AWS itself. */
export class UnavailableError extends ReadError {
  override readonly name = 'UnavailableError';

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isReadError(value, 'UnavailableError');
  }

  constructor(message: string, cause?: unknown) {
    super(message, 'UNAVAILABLE', cause);
  }
}

/** The value is not what was asked for: JSON, or text. It is not quoted. */
export class UnexpectedValueError extends ReadError {
  override readonly name = 'UnexpectedValueError';

  static override [Symbol.hasInstance](value: unknown): boolean {
    return isReadError(value, 'UnexpectedValueError');
  }

  constructor(message: string) {
    super(message, 'UNEXPECTED_VALUE');
  }
}

/** The class that fits AWS's code. */
export function readError(what: string, code: string, message: string, cause?: unknown): ReadError {
  const text = `${what} could not be read: ${codeAndMessage(code, message)}`;
  if (NOT_FOUND.has(code)) return new NotFoundError(text, code, cause);
  return /AccessDenied|DecryptionFailure/.test(code)
    ? new AccessDeniedError(text, code, cause)
    : new ReadError(text, code, cause);
}

/** Copies of this file share what they are reading: an error of one of them is one of all. */
function isReadError(value: unknown, kind?: string): boolean {
  const { [IS_READ_ERROR]: isOurs, name } = Object(value) as Partial<ReadError>;
  return isOurs === true && (kind === undefined || kind === name);
}

const NOT_FOUND = new Set(['ResourceNotFoundException', 'ParameterNotFound', 'ParameterVersionNotFound']);
