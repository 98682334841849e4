import { orAborted } from '../foundation/or-aborted.ts';
import { askExtension, type ExtensionAnswer, isAbsent } from './ask-extension.ts';
import { NotFoundError, type ReadError, readError, UnavailableError } from './errors.ts';
import { extensionPort } from './extension-port.ts';
import { shared } from './shared.ts';

export interface ConfigurationReadOptions {
  /** How old an answer from the function's own memory may be. Default: 5; 0 with LOCAL_DEVELOPMENT_DIRECTORY. An older one costs a request, but no body if it is unchanged. */
  maxAgeSeconds?: number;
  /** Stops the wait. What was asked for goes on, since others may wait for it, too. */
  signal?: AbortSignal;
}

/** `App:Env:Config`, or its parts where one of them has a colon. Ids do as well as names. */
export type ConfigurationName = string | { application: string; environment: string; configuration: string };

interface ConfigurationRead extends ConfigurationReadOptions {
  name: ConfigurationName;
  flag?: string;
  /** Of the request, as JSON. */
  context?: string | undefined;
}

/** From the function's memory, else from the extension, which is asked whether what is in memory still holds. */
export function readConfiguration({
  maxAgeSeconds = defaultMaxAgeSeconds(),
  signal,
  ...wanted
}: ConfigurationRead): Promise<Buffer> {
  const path = pathOf(wanted);
  const key = `${path}\n${wanted.context ?? ''}`;
  const body = shared().configurations.read(key, maxAgeSeconds * 1_000, () => ask(key, path, wanted));
  return signal === undefined ? body : orAborted(body, signal);
}

/** Somebody edits files in a local directory, and wants to see the change at the next read. */
function defaultMaxAgeSeconds(): number {
  return process.env.LOCAL_DEVELOPMENT_DIRECTORY ? 0 : 5;
}

/** For messages. */
export function describe({ name, flag }: { name: ConfigurationName; flag?: string }): string {
  const of = typeof name === 'string' ? name : `${name.application}:${name.environment}:${name.configuration}`;
  return flag === undefined ? `Configuration ${of}` : `Flag ${flag} of ${of}`;
}

async function ask(key: string, path: string, wanted: ConfigurationRead): Promise<Buffer> {
  const known = shared().knownConfigurations;
  const before = known.get(key);
  const headers = {
    ...(wanted.context === undefined ? {} : { Context: wanted.context }),
    ...(before === undefined ? {} : { 'If-None-Match': before.etag }),
  };
  const answer = await askOrExplain(path, headers, describe(wanted));
  if (answer.status === 304) {
    if (before !== undefined) return before.body;
    throw readError(describe(wanted), 'UnreadableAnswer', 'the extension sent an unreadable answer');
  }

  const { etag } = answer.headers;
  if (etag !== undefined) known.set(key, { etag, body: answer.body });
  return answer.body;
}

async function askOrExplain(path: string, headers: Record<string, string>, what: string): Promise<ExtensionAnswer> {
  const port = extensionPort('AWS_APPCONFIG_EXTENSION_HTTP_PORT', 2772);
  const answer = await askExtension(path, { port, headers }).catch((error: unknown) => {
    const why = isAbsent(error) ? 'there is no AppConfig extension' : 'the extension does not answer';
    throw new UnavailableError(`${what} could not be read: ${why}`, error);
  });
  if (answer.status === 200 || answer.status === 304) return answer;

  const code = String(answer.headers['x-extension-error'] ?? `HTTP ${answer.status}`);
  const message = messageOf(String(answer.body));
  throw answer.status === 404
    ? new NotFoundError(`${what} could not be read: ${message}`, code)
    : (readError(what, code, message) satisfies ReadError);
}

function pathOf({ name, flag }: ConfigurationRead): string {
  const parts = typeof name === 'string' ? name.split(':') : [name.application, name.environment, name.configuration];
  const [application, environment, configuration, ...more] = parts.map(encodeURIComponent);
  if (!application || !environment || !configuration || more.length > 0) {
    throw new TypeError(`The name of a configuration has the form App:Env:Config; ${JSON.stringify(name)} has not`);
  }
  // The extension would take it for no wish at all, and answer with all flags.
  if (flag === '') throw new NotFoundError('A flag without a name does not exist', 'ResourceNotFoundException');
  const query = flag === undefined ? '' : `?flag=${encodeURIComponent(flag)}`;
  return `/applications/${application}/environments/${environment}/configurations/${configuration}${query}`;
}

function messageOf(body: string): string {
  try {
    return String(JSON.parse(body).Message);
  } catch {
    return body;
  }
}
