import type { UnreadVariable } from '../exporter.ts';

const OFF = ['false', '0'];
const OBSERVABILITY = 'it belongs to Splunk Observability Cloud: use the destination `otlp` there';

/** Variables of Splunk’s OpenTelemetry layer and of its tracer. */
export const splunkUnread: readonly UnreadVariable[] = [
  { variable: 'SPLUNK_ACCESS_TOKEN', instead: OBSERVABILITY },
  { variable: 'SPLUNK_REALM', instead: OBSERVABILITY },
  {
    variable: 'SPLUNK_TRACE_RESPONSE_HEADER_ENABLED',
    instead: 'nothing here changes what the function answers',
    harmless: OFF,
  },
  { variable: 'SPLUNK_METRICS_ENABLED', instead: 'use an OpenTelemetry SDK', harmless: OFF },
  { variable: 'SPLUNK_PROFILER_ENABLED', instead: 'there is no profiling here', harmless: OFF },
  {
    variable: 'SPLUNK_INSECURE_SKIP_VERIFY',
    instead: 'certificates are always checked; set NODE_EXTRA_CA_CERTS to the path of your authority’s certificate',
    harmless: OFF,
  },
];
