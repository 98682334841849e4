import type { UnreadVariable } from '../exporter.ts';

const OFF = ['false', '0'];
const NO_AGENT = 'New Relic’s agent is not supported here; use an OpenTelemetry SDK';
const FLUSH = 'set TELEMETRY_FLUSH';

/** Variables of New Relic’s extensions (Go and Rust) and of its agent. */
export const newRelicUnread: readonly UnreadVariable[] = [
  { variable: 'NEW_RELIC_ACCOUNT_ID', instead: 'nothing to do: the key names the account' },
  { variable: 'NEW_RELIC_TRUSTED_ACCOUNT_KEY', instead: NO_AGENT },
  { variable: 'NEW_RELIC_PRIMARY_APPLICATION_ID', instead: NO_AGENT },
  { variable: 'NEW_RELIC_LAMBDA_HANDLER', instead: 'set the handler of the function itself: nothing wraps it here' },
  { variable: 'NEW_RELIC_TELEMETRY_ENDPOINT', instead: NO_AGENT },
  { variable: 'NEW_RELIC_HOST', instead: NO_AGENT },
  { variable: 'NEW_RELIC_DISTRIBUTED_TRACING_ENABLED', instead: NO_AGENT, harmless: OFF },
  { variable: 'NEW_RELIC_SERVERLESS_MODE_ENABLED', instead: NO_AGENT, harmless: OFF },
  { variable: 'NEW_RELIC_APM_LAMBDA_MODE', instead: NO_AGENT, harmless: OFF },
  { variable: 'NEW_RELIC_NO_CONFIG_FILE', instead: NO_AGENT, harmless: OFF },
  { variable: 'NEW_RELIC_USE_ESM', instead: NO_AGENT, harmless: OFF },
  { variable: 'NEW_RELIC_DATA_COLLECTION_TIMEOUT', instead: 'set TELEMETRY_FLUSH_TIMEOUT_MS, in milliseconds' },
  { variable: 'NEW_RELIC_HTTP_TIMEOUT', instead: 'set TELEMETRY_FLUSH_TIMEOUT_MS, in milliseconds' },
  { variable: 'NEW_RELIC_HARVEST_RIPE_MILLIS', instead: FLUSH },
  { variable: 'NEW_RELIC_HARVEST_ROT_MILLIS', instead: FLUSH },
  { variable: 'NEW_RELIC_PIPELINE_FLUSH', instead: FLUSH },
  { variable: 'NEW_RELIC_SYNCHRONOUS_FLUSH', instead: FLUSH },
  { variable: 'NEW_RELIC_RUNTIME_DONE_GRACE_MS', instead: FLUSH },
  { variable: 'NEW_RELIC_EXTENSION_LOG_LEVEL', instead: 'set EXTENSIONS_LOG_LEVEL' },
  { variable: 'NEW_RELIC_LOG_SERVER_HOST', instead: 'nothing to do: the address is Lambda’s own' },
  { variable: 'NEW_RELIC_IGNORE_EXTENSION_CHECKS', instead: 'nothing to do: there are no such checks' },
  { variable: 'NEW_RELIC_EXTENSION_SEND_EXTENSION_LOGS', instead: 'add `extension` to TELEMETRY_TYPES', harmless: OFF },
  {
    variable: 'NEW_RELIC_COLLECT_TRACE_ID',
    instead: 'nothing to do: lines have the trace of their invocation',
    harmless: OFF,
  },
  { variable: 'NEW_RELIC_LAMBDA_EXTENSION_PROXY', instead: 'set HTTPS_PROXY' },
];
