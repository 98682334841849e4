import { awsEndpoint, awsSettings } from '../../../aws-call/endpoint.ts';
import { text, truth } from '../../sdk/index.ts';
import type { Item } from '../items/item.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { flatRecords } from './encoding/flat-record.ts';
import { judgeAws } from './encoding/judge-aws.ts';
import { type Packed, pack, requestsOf } from './encoding/pack.ts';
import { answeredObject, unpromised } from './encoding/promised.ts';
import { defineDestinationType, type ExportRequest, type ExportResponse, type Verdict } from './exporter.ts';

/** A stream of Amazon Data Firehose. Each line ends with a line break, so that files of several records can be read. */
export const firehose = defineDestinationType({
  name: 'firehose',
  signals: ['logs', 'metrics', 'traces'],
  settings: {
    stream: text('TELEMETRY_FIREHOSE_STREAM', undefined, 'Name of the Firehose stream.'),
    isAggregated: truth(
      'TELEMETRY_FIREHOSE_AGGREGATE',
      false,
      'Puts many lines into one Firehose record. AWS bills at least 5 KB for each record.',
    ),
    region: text('TELEMETRY_FIREHOSE_REGION', undefined, 'Region of the stream. Default: the region of the function.'),
    ...awsSettings('FIREHOSE'),
  },
  required: ['stream'],
  sensitive: [],

  exporter(settings, context) {
    const region = settings.region ?? context.region;
    const url = `${awsEndpoint('firehose', region, settings)}/`;
    const sign = { service: 'firehose', region };
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'Firehose_20150804.PutRecordBatch',
    };
    const start = `{"DeliveryStreamName":${JSON.stringify(settings.stream)},"Records":[`;
    const flat = flatRecords();
    const line = (item: Item) => `${encodeWithin(item, flat, RECORD.bytes - 1)}\n`;
    const perRecord = settings.isAggregated ? RECORD : { ...RECORD, items: 1 };
    /** Without the margin that `pack` keeps for the text around the parts. */
    const recordsOf = (items: readonly Item[]) => pack(items, line, perRecord, 0);

    return {
      *encode(items) {
        const records: Packed<Item>[] = [];
        for (const record of recordsOf(items)) {
          if (record === undefined) yield undefined;
          else records.push(record);
        }
        yield* requestsOf(
          pack(records, ({ parts }) => aRecord(parts.join('')), LIMITS),
          (group) => ({
            url,
            headers,
            body: `${start}${group.parts.join(',')}]}`,
            compression: 'none',
            sign,
            items: group.items.flatMap((record) => record.items),
          }),
        );
      },
      judge(response, request) {
        const verdict = judgeAws(response, request);
        return verdict.kind === 'delivered' ? judgeEach(response, request, recordsOf) : verdict;
      },
    };
  },
});

function aRecord(data: string): string {
  return `{"Data":"${Buffer.from(data).toString('base64')}"}`;
}

/** Some records may have failed in a call that succeeded, mostly throttled. */
function judgeEach(
  response: ExportResponse,
  request: ExportRequest,
  recordsOf: (items: readonly Item[]) => Iterable<Packed<Item> | undefined>,
): Verdict {
  const { FailedPutCount, RequestResponses } = (answeredObject(response) ?? {}) as PutRecordBatchResponse;
  if (FailedPutCount === 0) return { kind: 'delivered' };
  const records = [...recordsOf(request.items)].filter((record) => record !== undefined);
  const results = Array.isArray(RequestResponses) && RequestResponses.length === records.length ? RequestResponses : [];
  const failed = results.filter((result) => result?.ErrorCode);
  if (failed.length === 0 || failed.length !== FailedPutCount)
    return unpromised(response, request, 'does not say which records it took');
  const again = records.flatMap((record, index) => (results[index]?.ErrorCode ? record.items : []));
  const [error] = failed;
  const reason = `Firehose took all but ${FailedPutCount}: ${error?.ErrorCode}: ${error?.ErrorMessage}`;
  return { kind: 'partial', again, lost: 0, reason };
}

interface PutRecordBatchResponse {
  FailedPutCount?: unknown;
  RequestResponses?: ({ ErrorCode?: string; ErrorMessage?: string } | null)[];
}

/** Before base64. */
const RECORD = { items: Number.POSITIVE_INFINITY, bytes: 1_000 * 1_024 };
/** With base64; AWS does not say whether it counts before or after. */
const LIMITS = { items: 500, bytes: 4 * 1_024 * 1_024 - 256 };
