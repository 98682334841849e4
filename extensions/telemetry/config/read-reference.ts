import type { CallJson } from '../../../aws-call/call-json.ts';
import { AwsError } from '../../../aws-call/errors.ts';
import { promisedParameterValue, promisedPlaintext, promisedSecretValue } from '../../../aws-call/promises.ts';
import { isNumeral, parseExactJson } from '../../../foundation/exact-json.ts';
import type { Reference, ReferenceKind } from './reference.ts';

export async function readReference(
  { kind, id, key }: Reference,
  { aws, functionName }: { aws: CallJson; functionName: string },
  signal: AbortSignal,
): Promise<string> {
  return pick(await readers[kind](aws, id, functionName, signal), key);
}

/** What cannot be read, why, and what the owner can do. Never quotes a value. */
export function describeFailure(reference: Reference, error: unknown): string {
  return `${describe(reference)} cannot be read: ${explain(error, reference)}`;
}

type Reader = (aws: CallJson, id: string, functionName: string, signal: AbortSignal) => Promise<string>;

const readers: Record<ReferenceKind, Reader> = {
  async secretsmanager(aws, id, _functionName, signal) {
    const input = { SecretId: id };
    const call = {
      service: 'secretsmanager',
      target: 'secretsmanager.GetSecretValue',
      input,
      region: regionOf(id),
    } as const;
    const secret = promisedSecretValue(await aws(call, signal));
    return 'SecretString' in secret ? secret.SecretString : fromBase64(String(secret.SecretBinary));
  },
  async ssm(aws, id, _functionName, signal) {
    const input = { Name: id, WithDecryption: true };
    const call = { service: 'ssm', target: 'AmazonSSM.GetParameter', input, region: regionOf(id) } as const;
    return promisedParameterValue(await aws(call, signal));
  },
  /** Lambda's console encrypts with the name of the function as context, the command line without a context. */
  async kms(aws, CiphertextBlob, functionName, signal) {
    const decrypt = async (context: object) => {
      const input = { CiphertextBlob, ...context };
      const call = { service: 'kms', target: 'TrentService.Decrypt', input } as const;
      return fromBase64(promisedPlaintext(await aws(call, signal)));
    };
    try {
      return await decrypt({ EncryptionContext: { LambdaFunctionName: functionName } });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return decrypt({});
    }
  },
};

/** An ARN may name a secret or parameter of another region. */
function regionOf(id: string): string | undefined {
  return id.startsWith('arn:') ? id.split(':')[3] || undefined : undefined;
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString();
}

/** `a|b` is field `a`, else `b`; an empty name at the end the whole value. Removes the line break that many shells add. `a.b` is field `b` of field `a`; a field with the whole name takes precedence. */
function pick(whole: string, key: string | undefined): string {
  const value = key === undefined ? whole : key.includes('|') ? firstOf(whole, key.split('|')) : fieldOf(whole, key);
  const text = value?.trim();
  if (!text)
    throw new Unreadable(key === undefined ? 'its value is not a text' : `its value has no text in a field "${key}"`);
  return text;
}

/** The first field that is there. An empty name stands for the whole value, if that is no JSON object. */
function firstOf(whole: string, names: readonly string[]): string | undefined {
  if (!whole.trimStart().startsWith('{')) return names.includes('') ? whole : undefined;
  for (const name of names) {
    const value = name === '' ? undefined : fieldOf(whole, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function fieldOf(whole: string, path: string): string | undefined {
  let value = parse(whole);
  const steps = isObject(value) && Object.hasOwn(value, path) ? [path] : path.split('.');
  for (const step of steps) value = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  if (isNumeral(value)) return value.rawJSON;
  return value === undefined || value === null || isObject(value) ? undefined : String(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !isNumeral(value);
}

/** A parser's own message would quote the text. */
function parse(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    throw new Unreadable('its value is not JSON');
  }
}

class Unreadable extends Error {}

/** Shows only the start: somebody may have put in the key itself, not encrypted. */
function describe({ text, kind, id }: Reference): string {
  return kind === 'kms' ? `\${kms:${id.slice(0, MOST_SHOWN_OF_A_CIPHERTEXT)}…}` : text;
}

function explain(error: unknown, { kind }: Reference): string {
  if (error instanceof Unreadable) return error.message;
  const { name, message } = error as Error;
  if (name === 'TimeoutError')
    return `${ACTIONS[kind].split(':')[0]} does not answer; a function in a VPC needs a route to it`;
  if (!(error instanceof AwsError) || !/AccessDenied|NotAuthorized/.test(error.code)) return message.replace(/\.$/, '');
  const decrypt = kind === 'kms' ? '' : ', and kms:Decrypt where it is encrypted with a key of yours';
  return `${error.code}; the role of the function needs ${ACTIONS[kind]}${decrypt}`;
}

const ACTIONS = {
  secretsmanager: 'secretsmanager:GetSecretValue',
  ssm: 'ssm:GetParameter',
  kms: 'kms:Decrypt',
} as const;
const MOST_SHOWN_OF_A_CIPHERTEXT = 4;
