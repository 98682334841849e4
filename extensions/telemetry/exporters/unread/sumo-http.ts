import type { UnreadVariable } from '../exporter.ts';

const OFF = ['false', '0'];
const FLUSH = 'set TELEMETRY_FLUSH';
const FAILOVER = 'name a destination `s3` as `failover` in TELEMETRY_CONFIG';

/** Variables of Sumo Logic’s extension: https://github.com/SumoLogic/sumologic-lambda-extensions */
export const sumoUnread: readonly UnreadVariable[] = [
  { variable: 'SUMO_LOG_TYPES', instead: 'set TELEMETRY_TYPES, or a route that drops the type `platform.*`' },
  { variable: 'SUMO_ENABLE_FAILOVER', instead: FAILOVER, harmless: OFF },
  { variable: 'SUMO_S3_BUCKET_NAME', instead: FAILOVER },
  { variable: 'SUMO_S3_BUCKET_REGION', instead: FAILOVER },
  { variable: 'SUMO_NUM_RETRIES', instead: 'nothing to do: the time of a flush bounds retries' },
  { variable: 'SUMO_RETRY_SLEEP_TIME_MS', instead: 'nothing to do: the time of a flush bounds retries' },
  { variable: 'SUMO_CONNECTION_TIMEOUT_MS', instead: 'set TELEMETRY_FLUSH_TIMEOUT_MS' },
  { variable: 'SUMO_PROCESSING_SLEEP_TIME_MS', instead: FLUSH, harmless: ['0'] },
  { variable: 'SUMO_MAX_DATAQUEUE_LENGTH', instead: 'set TELEMETRY_BUFFER_BYTES' },
  { variable: 'SUMO_MAX_CONCURRENT_REQUESTS', instead: 'nothing to do: requests to one source go one after the other' },
  { variable: 'SUMO_LOG_LEVEL', instead: 'set EXTENSIONS_LOG_LEVEL' },
  { variable: 'SUMO_SPAN_DROP', instead: 'nothing to do: no spans are sent to Sumo Logic', harmless: ['true', '1'] },
  {
    variable: 'SUMO_ENHANCE_JSON_LOGS',
    instead: 'lines of JSON are always sent with their fields',
    harmless: ['true', '1'],
  },
  { variable: 'KMS_CACHE_SECONDS', instead: 'nothing to do: the address is read again when the source refuses it' },
  { variable: 'TELEMETRY_TIMEOUT_MS', instead: FLUSH },
  { variable: 'TELEMETRY_MAX_BYTES', instead: 'nothing to do: deliveries are as Lambda makes them' },
  { variable: 'TELEMETRY_MAX_ITEMS', instead: 'nothing to do: deliveries are as Lambda makes them' },
];
