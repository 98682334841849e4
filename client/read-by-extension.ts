import { askExtension, type ExtensionAnswer, isAbsent } from './ask-extension.ts';
import { readError, UnavailableError } from './errors.ts';
import { extensionPort } from './extension-port.ts';
import { extensionTtlSeconds } from './extension-ttl.ts';
import { extensionUrl } from './extension-url.ts';
import type { Read } from './read-options.ts';
import { forgetSessionToken, sessionToken } from './session-token.ts';
import { shared } from './shared.ts';
import { readWithoutExtension } from './without-extension.ts';

/** From the function's memory, else from the extension, else from AWS. */
export function readByExtension<T>(options: Read<T>): Promise<T> {
  const url = extensionUrl(options.wanted);
  const ttlSeconds = extensionTtlSeconds(options.wanted.kind);
  const maxAgeMs = options.refresh ? 0 : Math.min(options.maxAgeSeconds ?? DEFAULT_MAX_AGE_SECONDS, ttlSeconds) * 1_000;
  return shared().values.read(url, maxAgeMs, () => fetchValue(options, url)) as Promise<T>;
}

async function fetchValue<T>(options: Read<T>, url: string): Promise<T> {
  const { what, refresh } = options;
  try {
    const { status, headers, body } = await askSecrets(refresh ? `${url}&refreshNow=true` : url);
    if (status === 200) return decoded(jsonOf(String(body)), options);
    const code = headers['x-extension-error'];
    // The host or the supervisor answers for an extension that could not start. AWS's own 503 comes with a code.
    if (status === 503 && code === undefined) return await readWithoutExtension(options);
    throw readError(what, String(code ?? `HTTP ${status}`), String(headers['x-extension-message'] ?? body));
  } catch (error) {
    if (isAbsent(error)) return readWithoutExtension(options);
    if (error instanceof Error && 'reusedSocket' in error) {
      throw new UnavailableError(`${what} could not be read: the extension does not answer`, error);
    }
    throw error;
  }
}

/** A value that is not there must not be kept in memory. */
function decoded<T>(answer: unknown, { what, decode }: Read<T>): T {
  const value = decode(answer);
  if (value === undefined) throw readError(what, 'UnreadableAnswer', 'the extension sent an unreadable answer');
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

const DEFAULT_MAX_AGE_SECONDS = 5;
