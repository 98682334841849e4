import { UnreadableAnswerError } from './unreadable-answer.ts';

/**
 * What AWS's APIs promise of a successful answer, as far as we use it. An answer without it must not replace a good value. Each
 * function returns what it got, or throws an `UnreadableAnswerError`. They take the SDK's objects as well as AWS's own JSON.
 */

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export function promisedSecret<T extends object>(answer: T | null | undefined): T {
  const secret = promised(answer, SECRET);
  promisedSecretValue(secret);
  return secret;
}

/** The value alone, as text or as bytes. */
export function promisedSecretValue(answer: unknown): { SecretString: string } | { SecretBinary: Bytes } {
  const { SecretString, SecretBinary } = fieldsOf(answer);
  if (isText(SecretString)) return { SecretString };
  if (isAbsent(SecretString) && isBytes(SecretBinary)) return { SecretBinary };
  throw new UnreadableAnswerError('there is no value in SecretString or SecretBinary');
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Parameter.html */
export function promisedParameter<T extends object>(parameter: T | null | undefined): T {
  return promised(parameter, PARAMETER);
}

/** The text of the parameter that GetParameter answers. */
export function promisedParameterValue(answer: unknown): string {
  return promised(fieldsOf(fieldsOf(answer).Parameter), { Value: isText }).Value as string;
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_Credentials.html */
export function promisedCredentials<T extends object>(
  credentials: T | null | undefined,
): { [K in keyof T]-?: NonNullable<T[K]> } {
  return promised(credentials, CREDENTIALS) as { [K in keyof T]-?: NonNullable<T[K]> };
}

/** Bytes in base64. https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html */
export function promisedPlaintext(answer: unknown): string {
  return promised(fieldsOf(answer), { Plaintext: isBase64 }).Plaintext as string;
}

/** A list that may be empty, but not absent. */
export function promisedList<T>(name: string, list: readonly T[] | null | undefined): readonly T[] {
  if (Array.isArray(list)) return list;
  throw new UnreadableAnswerError(`there is no ${name}`);
}

/** A text that is not empty. */
export function promisedText(name: string, text: unknown): string {
  if (isText(text)) return text;
  throw new UnreadableAnswerError(`there is no ${name}`);
}

/** What `promise` makes of those of a list that it lets pass. */
export function readableOf<T, R>(list: readonly T[], promise: (one: T) => R): R[] {
  return list.flatMap((one) => {
    try {
      return [promise(one)];
    } catch {
      return [];
    }
  });
}

type Bytes = string | Uint8Array;
type Check = (value: unknown) => boolean;

function promised<T extends object>(answer: T | null | undefined, checks: Readonly<Record<string, Check>>): T {
  const fields = fieldsOf(answer);
  for (const [name, isRight] of Object.entries(checks)) {
    if (isRight(fields[name])) continue;
    throw new UnreadableAnswerError(isAbsent(fields[name]) ? `there is no ${name}` : `its ${name} is of a wrong type`);
  }
  return answer as T;
}

function fieldsOf(answer: unknown): Readonly<Record<string, unknown>> {
  return typeof answer === 'object' && answer !== null && !Array.isArray(answer)
    ? (answer as Record<string, unknown>)
    : {};
}

function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

const orAbsent =
  (check: Check): Check =>
  (value) =>
    isAbsent(value) || check(value);

/** AWS stores no empty values. */
function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function isBytes(value: unknown): value is Bytes {
  return value instanceof Uint8Array ? value.length > 0 : isBase64(value);
}

function isBase64(value: unknown): value is string {
  return isText(value) && value.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(value);
}

/** A `Date` of the SDK, or the seconds of AWS's JSON. */
function isTime(value: unknown): boolean {
  return Number.isFinite(value instanceof Date ? value.getTime() : value);
}

const isTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isOptionalText = orAbsent((value) => typeof value === 'string');

const SECRET = {
  ARN: isText,
  Name: isText,
  VersionId: isOptionalText,
  VersionStages: orAbsent(isTexts),
  CreatedDate: orAbsent(isTime),
};
const PARAMETER = {
  Name: isText,
  Value: isText,
  ARN: isOptionalText,
  Type: isOptionalText,
  DataType: isOptionalText,
  Selector: isOptionalText,
  SourceResult: isOptionalText,
  Version: orAbsent(Number.isInteger),
  LastModifiedDate: orAbsent(isTime),
};
const CREDENTIALS = { AccessKeyId: isText, SecretAccessKey: isText, SessionToken: isText, Expiration: isTime };
