import { commaSeparated } from '../../foundation/settings.ts';
import { LONGEST_TIMEOUT_MS } from '../../lambda-api/limits.ts';
import { oneOf, type Setting, text, truth, wholeNumber } from '../sdk/index.ts';

export const outputNames = ['cloudwatch', 'emf', 'otlp'] as const;
export type OutputName = (typeof outputNames)[number];
const levels = ['off', 'error', 'warn', 'info', 'debug'] as const;
export type InsightsLogLevel = (typeof levels)[number];

export const settings = {
  outputs: outputsSetting(
    'LAMBDA_INSIGHTS',
    'Where documents go, comma-separated: `cloudwatch` (the log group `/aws/lambda-insights`), `emf` (lines in the function’s own log group) and `otlp` (the destinations of telemetry). Without it Insights is off.',
  ),
  intervalMs: wholeNumber(
    'INSIGHTS_INTERVAL_MS',
    60_000,
    'Managed instances only: the time that one document covers, in milliseconds.',
    { from: 1_000, to: 3_600_000 },
  ),
  flushIntervalMs: wholeNumber(
    'INSIGHTS_FLUSH_INTERVAL_MS',
    10_000,
    '`cloudwatch` only: the least time between two calls of PutLogEvents, in milliseconds. Documents wait in memory for it.',
    { from: 0, to: LONGEST_TIMEOUT_MS },
  ),
  flushTimeoutMs: wholeNumber(
    'INSIGHTS_FLUSH_TIMEOUT_MS',
    500,
    '`cloudwatch` only: the longest that an invocation waits for PutLogEvents, in milliseconds.',
    { from: 50, to: 10_000 },
  ),
  emfNamespace: namespaceSetting(
    'INSIGHTS_EMF_NAMESPACE',
    'LambdaNodeExtended/Insights',
    '`emf` only: the namespace of the metrics. CloudWatch bills them as custom metrics.',
  ),
  logLevel: levelSetting(
    'LAMBDA_INSIGHTS_LOG_LEVEL',
    'The least important level that Insights logs. Default: `EXTENSIONS_LOG_LEVEL`. With `debug` it logs a line for each process at shutdown.',
  ),
};

/** The variables that all SDKs of AWS read. */
export const endpointSettings = {
  serviceEndpoint: text('AWS_ENDPOINT_URL_CLOUDWATCH_LOGS', undefined, 'The endpoint of CloudWatch Logs.'),
  endpoint: text('AWS_ENDPOINT_URL', undefined, 'The endpoint of all AWS services, e.g. of a mock.'),
  ignoreEndpoints: truth('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', false, 'Ignores both of these endpoints.'),
  useFips: truth('AWS_USE_FIPS_ENDPOINT', false, 'Uses endpoints that are validated for FIPS 140.'),
  useDualstack: truth('AWS_USE_DUALSTACK_ENDPOINT', false, 'Uses endpoints that also take IPv6.'),
};

/** Unknown words are reported; the others count. */
function outputsSetting(variable: string, purpose: string): Setting<readonly OutputName[]> {
  return {
    variable,
    fallback: [],
    purpose,
    expected: 'cloudwatch, emf or otlp, comma-separated',
    read(value) {
      const words = commaSeparated(value.toLowerCase());
      const known = outputNames.filter((name) => words.includes(name));
      const isOff = words.length === 1 && words[0] === 'false';
      return { value: known, isValid: isOff || words.every((word) => known.some((name) => name === word)) };
    },
  };
}

/** Unset, it leaves the level to all extensions' setting. AWS's agent has one level more. */
function levelSetting(variable: string, purpose: string): Setting<InsightsLogLevel | undefined> {
  const { read, ...setting } = oneOf(variable, levels, 'info', purpose);
  return { ...setting, fallback: undefined, read: (word) => read(word.toLowerCase() === 'trace' ? 'debug' : word) };
}

/** In the namespace of AWS's agent, metrics of both would be added up. */
function namespaceSetting(variable: string, fallback: string, purpose: string): Setting<string> {
  return {
    variable,
    fallback,
    purpose,
    expected: 'up to 255 letters, digits and ._-/#: , not LambdaInsights',
    read: (value) =>
      /^[\w.\-/#:]{1,255}$/.test(value) && value !== 'LambdaInsights' && !value.startsWith('AWS/')
        ? { value, isValid: true }
        : { value: fallback, isValid: false },
  };
}
