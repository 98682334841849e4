import { awsEndpoint, awsSettings } from '../../../aws-call/endpoint.ts';
import { errorCodeOf } from '../../../aws-call/errors.ts';
import { text } from '../../sdk/index.ts';
import type { Item, Source } from '../items/item.ts';
import { emfDocument, emfSource } from './encoding/emf-document.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { flatRecords } from './encoding/flat-record.ts';
import { judgeAws } from './encoding/judge-aws.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { answeredObject, unpromised } from './encoding/promised.ts';
import { sourceFields } from './encoding/source-fields.ts';
import { fillTemplate } from './encoding/template.ts';
import { defineDestinationType, type ExportRequest, type ExportResponse, type Verdict } from './exporter.ts';

/** A log group of CloudWatch, in addition to the one that Lambda writes. */
export const cloudwatchLogs = defineDestinationType({
  name: 'cloudwatch-logs',
  signals: ['logs', 'metrics', 'traces'],
  settings: {
    logGroup: text('TELEMETRY_CLOUDWATCH_LOGS_GROUP', undefined, 'Name of the log group. It must exist.'),
    logStream: text(
      'TELEMETRY_CLOUDWATCH_LOGS_STREAM',
      '{function}/{version}/{instance}',
      'Name of the log stream. A missing stream is created.',
    ),
    region: text(
      'TELEMETRY_CLOUDWATCH_LOGS_REGION',
      undefined,
      'Region of the log group. Default: the region of the function.',
    ),
    metricsNamespace: text(
      'TELEMETRY_CLOUDWATCH_LOGS_METRICS_NAMESPACE',
      undefined,
      'Sends metrics in the embedded metric format, of which CloudWatch makes metrics in this namespace. It bills them as custom metrics. Without it metrics are lines.',
    ),
    ...awsSettings('CLOUDWATCH_LOGS'),
  },
  required: ['logGroup'],
  sensitive: [],

  exporter(settings, context) {
    const region = settings.region ?? context.region;
    const url = `${awsEndpoint('logs', region, settings)}/`;
    const sign = { service: 'logs', region };
    // CloudWatch refuses colons and asterisks in the name of a stream.
    const logStreamName = fillTemplate(settings.logStream, context).replace(/[:*]/g, '_');
    const stream = JSON.stringify({ logGroupName: settings.logGroup, logStreamName });
    const createStream: ExportRequest = { ...aCall('CreateLogStream', stream), items: [] };
    const flat = flatRecords(context.source, context.ownerNames);
    const { metricsNamespace } = settings;
    const fieldsOf = sourceFields(context);
    const sourceOf = (source: Source) => emfSource(fieldsOf(source), context.ownerNames);
    /** A metric without a finite number stays a line, so that it is seen. */
    const message = (item: Item) =>
      (metricsNamespace !== undefined &&
        item.signal === 'metrics' &&
        emfDocument(item, metricsNamespace, sourceOf(item.source))) ||
      flat(item);
    const encodeEvent = (item: Item) =>
      `{"timestamp":${Math.max(0, Math.trunc(item.timeMs))},"message":${JSON.stringify(encodeWithin(item, message, LONGEST_EVENT_BYTES))}}`;

    function aCall(operation: string, body: string) {
      const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `Logs_20140328.${operation}` };
      return { url, headers, body, compression: 'none', sign } as const;
    }

    return {
      *encode(items) {
        for (const day of daysOf([...items].sort((a, b) => a.timeMs - b.timeMs))) {
          yield* requestsOf(pack(day, encodeEvent, LIMITS), (group) => ({
            ...aCall('PutLogEvents', `${stream.slice(0, -1)},"logEvents":[${group.parts.join(',')}]}`),
            items: group.items,
            preparation: [createStream],
          }));
        }
      },
      judge,
    };
  },
});

/** Parts sorted items where a group of them would span more than 24 hours. */
function daysOf(items: readonly Item[]): Item[][] {
  const days: Item[][] = [];
  let firstMs = Number.NEGATIVE_INFINITY;
  for (const item of items) {
    const timeMs = Math.max(0, item.timeMs);
    if (timeMs - firstMs >= DAY_MS) {
      days.push([]);
      firstMs = timeMs;
    }
    days.at(-1)?.push(item);
  }
  return days;
}

function judge(response: ExportResponse, request: ExportRequest): Verdict {
  const verdict = judgeAws(response, request);
  const isMissing = errorCodeOf(response) === 'ResourceNotFoundException';
  // A missing log group gives the same error, and only its owner can create that.
  if (isMissing && verdict.kind === 'refused' && !response.body.includes('log group'))
    return { kind: 'prepare', reason: verdict.reason };
  if (errorCodeOf(response) === 'DataAlreadyAcceptedException') return { kind: 'delivered' };
  return verdict.kind === 'delivered' ? judgeEach(response, request) : verdict;
}

/** Events of more than 14 days ago, older than the group keeps them, or of more than 2 hours ahead, are never accepted. */
function judgeEach(response: ExportResponse, request: ExportRequest): Verdict {
  const { items } = request;
  const answer: PutLogEventsResponse | undefined = answeredObject(response);
  if (answer === undefined) return unpromised(response, request, 'its answer is no JSON object');
  const rejected = answer.rejectedLogEventsInfo ?? {};
  const index = (name: keyof typeof rejected, otherwise: number) => {
    const value = rejected[name] ?? otherwise;
    return value >= 0 && value <= items.length ? value : Number.NaN;
  };
  const tooOld = Math.max(index('tooOldLogEventEndIndex', 0), index('expiredLogEventEndIndex', 0));
  const lost = tooOld + items.length - index('tooNewLogEventStartIndex', items.length);
  if (Number.isNaN(lost)) return unpromised(response, request, 'does not say which events it took');
  const reason = 'CloudWatch Logs takes no events of more than 14 days ago, older than the retention, or 2 hours ahead';
  return lost > 0 ? { kind: 'partial', again: [], lost: Math.min(lost, items.length), reason } : { kind: 'delivered' };
}

interface PutLogEventsResponse {
  rejectedLogEventsInfo?: null | {
    /** One more than the index of the last that is too old. */
    tooOldLogEventEndIndex?: number | null;
    expiredLogEventEndIndex?: number | null;
    /** The index of the first that is too new. */
    tooNewLogEventStartIndex?: number | null;
  };
}

const DAY_MS = 24 * 60 * 60 * 1_000;
/**
 * AWS counts the message's bytes and 26 for each event; the JSON around a message has more, and the quotes in it take two
 * bytes there, so that what is within the limit here is within AWS's.
 */
const LIMITS = { items: 10_000, bytes: 1_048_576 };
const LONGEST_EVENT_BYTES = 1_048_576 - 26;
