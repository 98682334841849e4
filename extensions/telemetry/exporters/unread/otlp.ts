import type { UnreadVariable } from '../exporter.ts';

const OFF = ['false', '0'];
const COLLECTOR = 'there is no collector here; TELEMETRY_CONFIG has destinations and routes';

/** Standard variables of OpenTelemetry’s exporters, and those of its Lambda layers. */
export const otlpUnread: readonly UnreadVariable[] = [
  {
    variable: 'OTEL_EXPORTER_OTLP_TIMEOUT',
    instead: 'set TELEMETRY_FLUSH_TIMEOUT_MS, if the function’s SDK does not read it',
  },
  {
    variable: 'OTEL_EXPORTER_OTLP_INSECURE',
    instead: 'the scheme of the endpoint decides: http or https',
    harmless: OFF,
  },
  { variable: 'OPENTELEMETRY_COLLECTOR_CONFIG_URI', instead: COLLECTOR },
  { variable: 'OPENTELEMETRY_COLLECTOR_CONFIG_FILE', instead: COLLECTOR },
  { variable: 'OPENTELEMETRY_EXTENSION_LOG_LEVEL', instead: 'set EXTENSIONS_LOG_LEVEL' },
];
