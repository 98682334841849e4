import { LONGEST_TIMEOUT_MS } from '../../lambda-api/limits.ts';
import { type LogLevel, list, port, type Setting, text, truth, wholeNumber } from '../sdk/index.ts';
import { duration } from './durations.ts';

/** AWS has more levels than we. */
const AGENT_LEVELS = new Map<string, LogLevel>([
  ['trace', 'debug'],
  ['debug', 'debug'],
  ['info', 'info'],
  ['warn', 'warn'],
  ['error', 'error'],
  ['fatal', 'none'],
  ['none', 'none'],
]);

/** The variables of AWS's AppConfig extension, and those that it lacks. */
export const settings = {
  httpPort: port('AWS_APPCONFIG_EXTENSION_HTTP_PORT', 2772, 'The port on localhost.'),
  logLevel: agentLogLevel(
    'AWS_APPCONFIG_EXTENSION_LOG_LEVEL',
    'info',
    'The least severe level that is logged; `trace` means `debug`, `fatal` means `none`.',
  ),
  maxConnections: wholeNumber(
    'AWS_APPCONFIG_EXTENSION_MAX_CONNECTIONS',
    3,
    'How many connections to AppConfig may be open.',
    {
      from: 1,
      to: 1_000,
    },
  ),
  pollIntervalSeconds: duration(
    'AWS_APPCONFIG_EXTENSION_POLL_INTERVAL_SECONDS',
    45,
    'How often a configuration in use is polled, in seconds, unless AppConfig answers with another interval.',
    { unit: 's', from: 1, to: 86_400 },
  ),
  pollTimeoutMs: orZero(
    duration(
      'AWS_APPCONFIG_EXTENSION_POLL_TIMEOUT_MILLIS',
      3_000,
      'How long a poll may take, in milliseconds, at least 50. 0: what the invocation has left, 10 s at most.',
      { unit: 'ms', from: 50, to: LONGEST_TIMEOUT_MS },
    ),
  ),
  prefetch: list(
    'AWS_APPCONFIG_EXTENSION_PREFETCH_LIST',
    [],
    'What to fetch before the function starts, comma-separated: `App:Env:Config`, or the path of the request.',
  ),
  proxyUrl: text('AWS_APPCONFIG_EXTENSION_PROXY_URL', undefined, 'The URL of a proxy for calls to AppConfig.'),
  proxyHeaders: list(
    'AWS_APPCONFIG_EXTENSION_PROXY_HEADERS',
    [],
    'Headers for that proxy, comma-separated, as `name: value`.',
  ),
  roleArn: text('AWS_APPCONFIG_EXTENSION_ROLE_ARN', undefined, 'The ARN of a role to assume for calls to AppConfig.'),
  roleExternalId: text(
    'AWS_APPCONFIG_EXTENSION_ROLE_EXTERNAL_ID',
    undefined,
    'The external id that the role asks for.',
  ),
  roleSessionName: text('AWS_APPCONFIG_EXTENSION_ROLE_SESSION_NAME', undefined, 'The name of the role’s session.'),
  region: text(
    'AWS_APPCONFIG_EXTENSION_SERVICE_REGION',
    undefined,
    'The Region of AppConfig, if it is not the function’s.',
  ),
  manifest: text(
    'AWS_APPCONFIG_EXTENSION_MANIFEST',
    undefined,
    'What to fetch, and how: JSON, `file:/path` of a JSON file, or `App:Env:Config` of a JSON configuration.',
  ),
  isManifestAwaited: truth(
    'AWS_APPCONFIG_EXTENSION_WAIT_ON_MANIFEST',
    true,
    'Lets requests wait until the manifest is read.',
  ),
  experimentAssignments: text(
    'AWS_APPCONFIG_EXTENSION_EXPERIMENT_ASSIGNMENT_LOG_DESTINATION',
    undefined,
    'Has no effect, and the log says so: experiments are not evaluated.',
  ),
  localDirectory: text(
    'LOCAL_DEVELOPMENT_DIRECTORY',
    undefined,
    'A folder of files to read in place of AppConfig, without calls to AWS.',
  ),
  backupDirectory: text(
    'APPCONFIG_BACKUP_DIRECTORY',
    undefined,
    'A folder, e.g. `/tmp/appconfig`, for copies of the latest configurations, used when AppConfig cannot be reached.',
  ),
};

/** 0 means that nothing is set, as in AWS's settings. */
function orZero(setting: Setting<number>): Setting<number> {
  return {
    ...setting,
    read: (word) => (/^0+(ms|s|m|h)?$/i.test(word) ? { value: 0, isValid: true } : setting.read(word)),
  };
}

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
