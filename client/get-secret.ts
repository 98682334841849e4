import { secret as wantedSecret } from '../aws-call/wanted.ts';
import { withoutBom } from '../foundation/exact-json.ts';
import { isObject, isText } from './answer-fields.ts';
import { UnexpectedValueError } from './errors.ts';
import type { AsAny, AsBytes, AsJson, AsText } from './formats.ts';
import { read } from './read.ts';
import type { ReadOptions } from './read-options.ts';

export interface SecretOptions extends ReadOptions {
  /** The version's id. Default: the version that `versionStage` names. */
  versionId?: string;
  /** The version's label, such as `AWSPREVIOUS`. Default: `AWSCURRENT`, the current version. */
  versionStage?: string;
}

/**
 * Reads a secret by name or ARN: its text, with `json: true` the value that the text is JSON of, with `binary: true` its bytes.
 * @throws {NotFoundError} there is no such secret or version
 * @throws {AccessDeniedError} the function's role may not read it
 * @throws {UnexpectedValueError} it is not text, not JSON, not binary
 * @throws {UnavailableError} the extension does not answer, and AWS cannot be asked without it
 */
export function getSecret(id: string, options?: SecretOptions & AsText): Promise<string>;
export function getSecret<T>(id: string, options: SecretOptions & AsJson): Promise<T>;
export function getSecret(id: string, options: SecretOptions & AsBytes): Promise<Uint8Array>;
export function getSecret(id: string, options: SecretOptions & AsAny): Promise<unknown>;
export async function getSecret(id: string, options: SecretOptions & AsAny = {}) {
  const { versionId, versionStage, json, binary, ...reading } = options;
  const what = `Secret ${id}`;
  const secret = await read({
    ...reading,
    what,
    wanted: wantedSecret(id, { versionId, versionStage }),
    decode: decodeSecret,
  });
  if (binary) {
    if ('text' in secret) throw new UnexpectedValueError(`${what} is text, not binary`);
    return Buffer.from(secret.bytes);
  }
  if ('bytes' in secret) throw new UnexpectedValueError(`${what} is binary: read it with { binary: true }`);
  return json ? parseJson(secret.text, what) : secret.text;
}

/** The bytes are base64 from the extension. */
function decodeSecret(answer: unknown): { text: string } | { bytes: Uint8Array } | undefined {
  if (!isObject(answer)) return undefined;
  const { SecretString: text, SecretBinary: bytes } = answer;
  if (isText(text)) return { text };
  if (isText(bytes)) return { bytes: Buffer.from(bytes, 'base64') };
  return bytes instanceof Uint8Array ? { bytes } : undefined;
}

/** Parsed at each read: a caller may change what it got. */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(withoutBom(text));
  } catch {
    // The parser's own message quotes the text.
    throw new UnexpectedValueError(`${what} is not JSON`);
  }
}
