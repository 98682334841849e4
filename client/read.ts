import { orAborted } from '../foundation/or-aborted.ts';
import { askExtension, type ExtensionAnswer, isAbsent } from './ask-extension.ts';
import { readError, UnavailableError } from './errors.ts';
import { extensionPort } from './extension-port.ts';
import { extensionTtlSeconds, forgetExtensionTtls, type TtlVariable } from './extension-ttl.ts';
import { Memory } from './memory.ts';
import { forgetConfigurations } from './read-configuration.ts';
import { forgetSessionToken, sessionToken } from './session-token.ts';

export interface ReadOptions {
  /** How old a value from the function's own memory may be; at most the extension's own time to live. Default: 5. */
  maxAgeSeconds?: number;
  /** Asks AWS whatever is in memory, here and in the extension. */
  refresh?: boolean;
  /** Stops the wait. What was asked for goes on, since others may wait for it, too. */
  signal?: AbortSignal;
}

interface Read<T> extends ReadOptions {
  /** For messages, e.g. `Secret prod/db`. */
  what: string;
  path: string;
  query: Record<string, string | undefined>;
  /** The extension's time to live for such values, in seconds. */
  ttlVariable: TtlVariable;
  /** Of the JSON that answered. Undefined where it is not what the extension, or AWS, promises. */
  decode: (answer: unknown) => T | undefined;
  /** Where the extension is not there: AWS's answer by its SDK. */
  fallback: () => Promise<unknown>;
}

/** From the function's memory, else from the extension, else from AWS. */
export function read<T>(options: Read<T>): Promise<T> {
  const url = `${options.path}?${new URLSearchParams(definedOnly(options.query))}`;
  const ttlSeconds = extensionTtlSeconds(options.ttlVariable);
  const maxAgeMs = options.refresh ? 0 : Math.min(options.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS, ttlSeconds) * 1_000;
  const value = memory.read(url, maxAgeMs, () => fetchValue(options, url)) as Promise<T>;
  return options.signal === undefined ? value : orAborted(value, options.signal);
}

/** Forgets everything, e.g. between tests. */
export function clearMemory(): void {
  memory.clear();
  forgetExtensionTtls();
  forgetConfigurations();
  forgetSessionToken();
}

async function fetchValue<T>(options: Read<T>, url: string): Promise<T> {
  const { what, fallback, refresh } = options;
  const readWithSdk = async () => decoded(await fallback(), options, 'AWS');
  try {
    const { status, headers, body } = await askSecrets(refresh ? `${url}&refreshNow=true` : url);
    if (status === 200) return decoded(jsonOf(String(body)), options, 'the extension');
    const code = headers['x-extension-error'];
    // The host or the supervisor answers for an extension that could not start. AWS's own 503 comes with a code.
    if (status === 503 && code === undefined) return await readWithSdk();
    throw readError(what, typeof code === 'string' ? code : `HTTP ${status}`, String(body));
  } catch (error) {
    if (isAbsent(error)) return readWithSdk();
    if (error instanceof Error && 'reusedSocket' in error) {
      throw new UnavailableError(`${what} could not be read: the extension does not answer`, error);
    }
    throw error;
  }
}

/** A value that is not there must not be kept in memory. */
function decoded<T>(answer: unknown, { what, decode }: Read<T>, sender: string): T {
  const value = decode(answer);
  if (value === undefined) throw readError(what, 'UnreadableAnswer', `${sender} sent an unreadable answer`);
  return value;
}

/** Undefined where it is not JSON: a parser's message would quote it. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Once more where the session token may have changed since it was asked for. */
async function askSecrets(path: string): Promise<ExtensionAnswer> {
  const port = extensionPort('PARAMETERS_SECRETS_EXTENSION_HTTP_PORT', 2773);
  const ask = async () =>
    askExtension(path, { port, headers: { 'X-Aws-Parameters-Secrets-Token': await sessionToken() } });
  const answer = await ask();
  return answer.status === 403 && forgetSessionToken() ? ask() : answer;
}

function definedOnly(query: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

const memory = new Memory<unknown>();
const DEFAULT_MAX_AGE_SECONDS = 5;
