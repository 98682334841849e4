import type { UnreadVariable } from '../exporter.ts';

const OFF = ['false', '0'];
const ANOTHER = 'name another destination in TELEMETRY_CONFIG';
const TRACES =
  'there is no intake for dd-trace here; use an OpenTelemetry SDK, and the destination `otlp` for its spans';

/** Variables of Datadog’s extension and of its tracer: https://github.com/DataDog/datadog-lambda-extension */
export const datadogUnread: readonly UnreadVariable[] = [
  {
    variable: 'DD_SERVERLESS_FLUSH_STRATEGY',
    instead:
      'set TELEMETRY_FLUSH: `default` is `adaptive`, `end` and `end,MS` are `end`, `periodically,MS` is `periodic,MS`, `continuously,MS` is `continuous,MS`',
    harmless: ['default'],
  },
  { variable: 'DD_FLUSH_TIMEOUT', instead: 'set TELEMETRY_FLUSH_TIMEOUT_MS, in milliseconds' },
  { variable: 'DD_LOG_LEVEL', instead: 'set EXTENSIONS_LOG_LEVEL' },
  { variable: 'DD_LOGS_CONFIG_ADDITIONAL_ENDPOINTS', instead: ANOTHER, harmless: ['[]'] },
  { variable: 'DD_ADDITIONAL_ENDPOINTS', instead: ANOTHER, harmless: ['{}'] },
  {
    variable: 'DD_LOGS_CONFIG_USE_COMPRESSION',
    instead: 'requests are always compressed, except short ones',
    harmless: ['true', '1'],
  },
  { variable: 'DD_LOGS_CONFIG_COMPRESSION_LEVEL', instead: 'the level is fixed' },
  { variable: 'DD_TRACE_ENABLED', instead: TRACES, harmless: OFF },
  { variable: 'DD_TRACE_OTEL_ENABLED', instead: TRACES, harmless: OFF },
  { variable: 'DD_TRACE_AGENT_URL', instead: TRACES },
  { variable: 'DD_APM_DD_URL', instead: TRACES },
  { variable: 'DD_APM_CONFIG_APM_DD_URL', instead: TRACES },
  {
    variable: 'DD_APM_REPLACE_TAGS',
    instead: 'set TELEMETRY_REDACT_KEYS or TELEMETRY_REDACT_PATTERNS; they hold for logs, metrics and spans',
  },
  {
    variable: 'DD_APM_CONFIG_REPLACE_TAGS',
    instead: 'set TELEMETRY_REDACT_KEYS or TELEMETRY_REDACT_PATTERNS; they hold for logs, metrics and spans',
  },
  { variable: 'DD_SERVICE_MAPPING', instead: TRACES },
  { variable: 'DD_TRACE_PROPAGATION_STYLE', instead: 'the OpenTelemetry SDK in the function reads OTEL_PROPAGATORS' },
  {
    variable: 'DD_COLD_START_TRACING',
    instead: 'the cold start is a span here, by the destination `otlp`',
    harmless: OFF,
  },
  {
    variable: 'DD_CAPTURE_LAMBDA_PAYLOAD',
    instead: 'payloads are not captured; log them in the function',
    harmless: OFF,
  },
  {
    variable: 'DD_MERGE_XRAY_TRACES',
    instead: 'spans of an invocation continue the trace of X-Ray anyway',
    harmless: OFF,
  },
  {
    variable: 'DD_OTLP_CONFIG_RECEIVER_PROTOCOLS_HTTP_ENDPOINT',
    instead: 'an OpenTelemetry SDK is received at port 4318; TELEMETRY_OTLP_PORT changes it',
  },
  {
    variable: 'DD_OTLP_CONFIG_RECEIVER_PROTOCOLS_GRPC_ENDPOINT',
    instead: 'gRPC is not received; let the SDK send OTLP over HTTP to port 4318',
  },
  { variable: 'DD_SERVERLESS_APPSEC_ENABLED', instead: 'there is no AppSec here', harmless: OFF },
  { variable: 'DD_APPSEC_ENABLED', instead: 'there is no AppSec here', harmless: OFF },
  { variable: 'DD_IAST_ENABLED', instead: 'there is no AppSec here', harmless: OFF },
  { variable: 'DD_PROFILING_ENABLED', instead: 'there is no profiling here', harmless: OFF },
  { variable: 'DD_LAMBDA_HANDLER', instead: 'set the handler of the function itself: nothing wraps it here' },
  { variable: 'DD_EXTENSION_VERSION', instead: 'the version is that of the image' },
  {
    variable: 'DD_USE_DOGSTATSD',
    instead: 'DogStatsD is received; TELEMETRY_DOGSTATSD=false closes the port',
    harmless: ['true', '1'],
  },
  {
    variable: 'DD_DOGSTATSD_NON_LOCAL_TRAFFIC',
    instead: 'DogStatsD is received on loopback only',
    harmless: OFF,
  },
  { variable: 'DD_DOGSTATSD_SOCKET', instead: 'DogStatsD is received by UDP only; set DD_DOGSTATSD_PORT' },
  {
    variable: 'DD_SKIP_SSL_VALIDATION',
    instead: 'certificates are always checked; set DD_TLS_CERT_FILE or NODE_EXTRA_CA_CERTS',
    harmless: OFF,
  },
  { variable: 'DD_ORG_UUID', instead: 'there is no delegated authentication here; set a key' },
];
