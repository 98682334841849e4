import type { LogLevel } from '../../foundation/log.ts';
import { list, port, text, truth, wholeNumber } from '../../foundation/settings.ts';
import { LONGEST_TIMEOUT_MS } from '../../lambda-api/limits.ts';
import type { Setting } from '../sdk/index.ts';
import { duration } from './durations.ts';

/** AWS's words are more than ours. */
const AGENT_LEVELS = new Map<string, LogLevel>([
  ['trace', 'debug'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['warn', 'warn'],
  ['error', 'error'],
  ['fatal', 'none'],
  ['none', 'none'],
]);

/** The variables of AWS's AppConfig extension, and what that one lacks. */
export const settings = {
  httpPort: port('AWS_APPCONFIG_EXTENSION_HTTP_PORT', 2772, 'Local port.'),
  logLevel: agentLogLevel(
    'AWS_APPCONFIG_EXTENSION_LOG_LEVEL',
    'info',
    'The least important lines that this extension logs; `trace` is `debug`, `fatal` is `none`.',
  ),
  maxConnections: wholeNumber('AWS_APPCONFIG_EXTENSION_MAX_CONNECTIONS', 3, 'Connections to AppConfig.', {
    from: 1,
    to: 1_000,
  }),
  pollIntervalSeconds: duration(
    'AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS',
    45,
    'How often a configuration in use is asked for; AppConfig may answer with another interval, which then counts.',
    { unit: 's', from: 1, to: 86_400 },
  ),
  pollTimeoutMs: duration(
    'AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS',
    3_000,
    'Bound of a call to AppConfig; what is in memory stays when it has passed.',
    { unit: 'ms', from: 50, to: LONGEST_TIMEOUT_MS },
  ),
  prefetch: list(
    'AWS_APPCONFIG_EXTENSION_PREFETCH_LIST',
    [],
    'What to fetch before the function starts: `App:Env:Config`, or the path of the request.',
  ),
  proxyUrl: text('AWS_APPCONFIG_EXTENSION_PROXY_URL', undefined, 'A proxy for the way to AppConfig.'),
  proxyHeaders: list('AWS_APPCONFIG_EXTENSION_PROXY_HEADERS', [], 'Headers for that proxy, as `name: value`.'),
  roleArn: text('AWS_APPCONFIG_EXTENSION_ROLE_ARN', undefined, 'A role to assume for AppConfig.'),
  roleExternalId: text(
    'AWS_APPCONFIG_EXTENSION_ROLE_EXTERNAL_ID',
    undefined,
    'The external id that the role asks for.',
  ),
  roleSessionName: text('AWS_APPCONFIG_EXTENSION_ROLE_SESSION_NAME', undefined, 'The name of the role’s session.'),
  region: text('AWS_APPCONFIG_EXTENSION_SERVICE_REGION', undefined, 'Another region to ask than the function’s.'),
  manifest: text(
    'AWS_APPCONFIG_EXTENSION_MANIFEST',
    undefined,
    'What to fetch, and how: JSON, `file:/path` of JSON, or `App:Env:Config` of a configuration that is JSON.',
  ),
  isManifestAwaited: truth(
    'AWS_APPCONFIG_EXTENSION_WAIT_ON_MANIFEST',
    true,
    'Whether nobody is answered before the manifest is read.',
  ),
  localDirectory: text(
    'LOCAL_DEVELOPMENT_DIRECTORY',
    undefined,
    'A folder of files that takes AppConfig’s place: AWS is not asked at all.',
  ),
  backupDirectory: text(
    'APPCONFIG_BACKUP_DIRECTORY',
    undefined,
    'A folder, e.g. `/tmp/appconfig`, that keeps what was fetched last, for when AppConfig cannot be reached.',
  ),
};

function agentLogLevel(variable: string, fallback: LogLevel, purpose: string): Setting<LogLevel> {
  return {
    variable,
    fallback,
    purpose,
    expected: `one of ${[...AGENT_LEVELS.keys()].join(', ')}`,
    read(word) {
      const level = AGENT_LEVELS.get(word.toLowerCase());
      return { value: level ?? fallback, isValid: level !== undefined };
    },
  };
}
