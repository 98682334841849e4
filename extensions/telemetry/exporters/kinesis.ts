import { awsEndpoint, awsSettings } from '../../../aws-call/endpoint.ts';
import { text, wholeNumber } from '../../sdk/index.ts';
import type { Item } from '../items/item.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { flatRecords } from './encoding/flat-record.ts';
import { judgeAws } from './encoding/judge-aws.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { answeredObject, unpromised } from './encoding/promised.ts';
import { defineDestinationType, type ExportRequest, type ExportResponse, type Verdict } from './exporter.ts';

/** A stream of Amazon Kinesis Data Streams: a record for each item. */
export const kinesis = defineDestinationType({
  name: 'kinesis',
  signals: ['logs', 'metrics', 'traces'],
  settings: {
    stream: text('TELEMETRY_KINESIS_STREAM', undefined, 'Name of the stream.'),
    region: text('TELEMETRY_KINESIS_REGION', undefined, 'Region of the stream. Default: the region of the function.'),
    maxRecordBytes: wholeNumber(
      'TELEMETRY_KINESIS_MAX_RECORD_BYTES',
      1_048_576,
      'Maximum size of a record, in bytes. A stream takes more than 1 MiB only if its owner has set that.',
      { from: 10_000, to: 10_485_760 },
    ),
    ...awsSettings('KINESIS'),
  },
  required: ['stream'],
  sensitive: [],

  exporter(settings, context) {
    const region = settings.region ?? context.region;
    const url = `${awsEndpoint('kinesis', region, settings)}/`;
    const sign = { service: 'kinesis', region };
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Kinesis_20131202.PutRecords' };
    const start = `{"StreamName":${JSON.stringify(settings.stream)},"Records":[`;
    const flat = flatRecords();
    // Kinesis hashes the key: a number that goes on spreads the records over all shards, also when one is sent again.
    let records = 0;

    function aRecord(item: Item): string {
      const key = `${context.instanceId.slice(0, LONGEST_KEY)}-${++records}`;
      const line = `${encodeWithin(item, flat, settings.maxRecordBytes - LONGEST_KEY_BYTES - 1)}\n`;
      return `{"PartitionKey":${JSON.stringify(key)},"Data":"${Buffer.from(line).toString('base64')}"}`;
    }

    // The limit of a call is for the data before base64, so what is within it after base64 is within it in any case.
    const limits = { items: 500, bytes: settings.maxRecordBytes > CLASSIC_RECORD_BYTES ? 10_485_760 : 5_242_880 };

    return {
      encode: (items) =>
        requestsOf(pack(items, aRecord, limits), (group) => ({
          url,
          headers,
          body: `${start}${group.parts.join(',')}]}`,
          compression: 'none',
          sign,
          items: group.items,
        })),
      judge(response, request) {
        const verdict = judgeAws(response, request);
        return verdict.kind === 'delivered' ? judgeEach(response, request) : verdict;
      },
    };
  },
});

/** Some records may have failed in a call that succeeded, mostly because their shard was busy. */
function judgeEach(response: ExportResponse, request: ExportRequest): Verdict {
  const { FailedRecordCount, Records } = (answeredObject(response) ?? {}) as PutRecordsResponse;
  if (FailedRecordCount === 0) return { kind: 'delivered' };
  const results = Array.isArray(Records) && Records.length === request.items.length ? Records : [];
  const failed = results.filter((result) => result?.ErrorCode);
  if (failed.length === 0 || failed.length !== FailedRecordCount)
    return unpromised(response, request, 'does not say which records it took');
  const again = request.items.filter((_item, index) => results[index]?.ErrorCode);
  const [error] = failed;
  const reason = `Kinesis took all but ${FailedRecordCount}: ${error?.ErrorCode}: ${error?.ErrorMessage}`;
  return { kind: 'partial', again, lost: 0, reason };
}

interface PutRecordsResponse {
  FailedRecordCount?: unknown;
  Records?: ({ ErrorCode?: string; ErrorMessage?: string } | null)[];
}

const CLASSIC_RECORD_BYTES = 1_048_576;
/** The key counts as part of the record, and may have 256 characters. */
const LONGEST_KEY = 200;
const LONGEST_KEY_BYTES = 1_024;
