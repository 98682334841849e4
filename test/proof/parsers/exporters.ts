import fc from 'fast-check';
import { destinationTypes } from '../../../extensions/telemetry/exporters/catalog.ts';
import type { DestinationType, ExportRequest } from '../../../extensions/telemetry/exporters/exporter.ts';
import type { Item } from '../../../extensions/telemetry/items/item.ts';
import { readSettings } from '../../../foundation/settings.ts';
import { exporterContext, oneOfEach } from '../../support/builders/exporter-items.ts';
import { otlpItems } from '../../support/builders/otlp-items.ts';
import { aLog } from '../../support/builders/telemetry-items.ts';
import { hostileJson, hostileJsonText } from '../inputs/hostile-json.ts';
import { hostileText } from '../inputs/hostile-text.ts';
import { parser } from '../parser.ts';

/** Enough for each type, under the keys of `TELEMETRY_CONFIG`. */
const ENOUGH: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  otlp: { endpoint: 'https://collector' },
  datadog: { apiKey: 'key' },
  'new-relic': { licenseKey: 'key' },
  'splunk-hec': { url: 'https://splunk', token: 'token' },
  'sumo-http': { url: 'https://sumo/receiver', logsUrl: 'https://sumo/receiver' },
  'cloudwatch-logs': { logGroup: 'group' },
  firehose: { stream: 'stream', logsStream: 'stream' },
  kinesis: { stream: 'stream', logsStream: 'stream' },
  loki: { url: 'https://loki' },
  elasticsearch: { url: 'https://elastic' },
  axiom: { token: 'token', dataset: 'dataset' },
  honeycomb: { apiKey: 'key' },
  dynatrace: { url: 'https://dynatrace', token: 'token' },
  'grafana-cloud': { url: 'https://grafana', instanceId: '1', apiKey: 'key' },
  s3: { bucket: 'bucket' },
  http: { url: 'https://vendor' },
};

const answers = [
  { errors: ['no'], requestErrors: [], partialSuccess: { rejectedLogRecords: '3', errorMessage: 'old' } },
  { text: 'Invalid token', code: 4, 'invalid-event-number': 1 },
  {
    FailedPutCount: 1,
    RequestResponses: [{ RecordId: '1' }, { ErrorCode: 'ServiceUnavailable', ErrorMessage: 'slow' }],
  },
  { rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 0 } },
  { __type: 'com.amazonaws#ResourceNotFoundException', message: 'no such stream' },
];
const headerValues = fc.oneof(hostileText, fc.constantFrom('0', '30', '-1', '1e9', 'Wed, 21 Oct 2099 07:28:00 GMT'));

const types: readonly DestinationType[] = await Promise.all([...destinationTypes.values()].map((load) => load()));

export const exporterParsers = types.map((type) =>
  parser({
    name: `the vendor’s answers, and any items: ${type.name}`,
    inputs: fc.record({
      items: fc.oneof(otlpItems.logs(), otlpItems.metrics(), otlpItems.traces(), hostileLines()) as fc.Arbitrary<
        Item[]
      >,
      status: fc.oneof(
        fc.constantFrom(200, 202, 204, 400, 401, 403, 404, 413, 429, 500, 503),
        fc.integer({ min: 100, max: 999 }),
      ),
      headers: fc.record({
        'retry-after': headerValues,
        'content-type': headerValues,
        'x-amzn-errortype': headerValues,
      }),
      body: hostileJsonText(answers),
    }),
    start() {
      const exporter = open(type);
      return ({ items, status, headers, body }) => {
        const wanted = exporter.signals ?? type.signals;
        const taken = [...items, ...oneOfEach.slice(0, 3)].filter(({ signal }) => wanted.includes(signal));
        const requests = [...exporter.encode(taken, Date.UTC(2026, 0, 2))].filter((request) => request !== undefined);
        const carried = requests.reduce((sum, request) => sum + request.items.length, 0);
        if (carried !== taken.length) throw new Error(`${taken.length} items went in, ${carried} came out`);
        for (const request of requests) judge(exporter, { status, headers, body: Buffer.from(body) }, request);
      };
    },
  }),
);

/** A verdict may not invent records, nor send one again that the request did not hold. */
function judge(
  exporter: ReturnType<DestinationType['exporter']>,
  response: Parameters<typeof exporter.judge>[0],
  request: ExportRequest,
): void {
  const verdict = verdictOf(() => exporter.judge(response, request));
  if (verdict?.kind !== 'partial') return;
  const { again, lost } = verdict;
  const isOwn = again.every((item) => request.items.includes(item));
  if (!isOwn || !(lost >= 0) || again.length + lost > request.items.length)
    throw new Error(`of ${request.items.length} items, ${again.length} go again and ${lost} are lost`);
}

/** `deliver.ts` takes an error for an answer that cannot be read: the batch is rejected, and counted. */
function verdictOf<T>(judge: () => T): T | undefined {
  try {
    return judge();
  } catch {
    return undefined;
  }
}

function open(type: DestinationType) {
  const { values } = readSettings(type.settings, {});
  return type.exporter({ ...values, ...ENOUGH[type.name] }, exporterContext);
}

function hostileLines(): fc.Arbitrary<Item[]> {
  const line = fc.tuple(hostileJson, hostileJson).map(([body, attributes]) => {
    // As the pipeline gets them: from JSON.
    const fields = typeof attributes === 'object' && attributes !== null ? attributes : { attributes };
    return aLog('', { body: body as never, attributes: { ...fields } as never });
  });
  return fc.array(line, { maxLength: 3 });
}
