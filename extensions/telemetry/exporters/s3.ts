import { awsSettings, s3BucketUrl } from '../../../aws-call/endpoint.ts';
import { text } from '../../sdk/index.ts';
import type { Item } from '../items/item.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { flatRecords } from './encoding/flat-record.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { unpromised } from './encoding/promised.ts';
import { defineDestinationType, type ExportRequest, type ExportResponse, type Verdict } from './exporter.ts';

/** Objects of gzipped NDJSON under `prefix/function/yyyy/MM/dd/HH/`. A good fail-over for other destinations. */
export const s3 = defineDestinationType({
  name: 's3',
  signals: ['logs', 'metrics', 'traces'],
  settings: {
    bucket: text('TELEMETRY_S3_BUCKET', undefined, 'Name of the bucket.'),
    prefix: text('TELEMETRY_S3_PREFIX', 'telemetry', 'Prefix of all keys, without a slash at the end.'),
    region: text('TELEMETRY_S3_REGION', undefined, 'Region of the bucket. Default: the region of the function.'),
    ...awsSettings('S3'),
  },
  required: ['bucket'],
  sensitive: [],

  exporter(settings, context) {
    const region = settings.region ?? context.region;
    const folder = [...settings.prefix.split('/'), context.functionName].filter((part) => part !== '');
    const start = [s3BucketUrl(settings.bucket ?? '', region, settings), ...folder.map(escapePart)].join('/');
    const headers = { 'content-type': 'application/x-ndjson' };
    const sign = { service: 's3', region };
    const flat = flatRecords();
    const encode = (item: Item) => `${encodeWithin(item, flat, LONGEST_LINE_BYTES)}\n`;
    // The clock may stand still or step back, and an object with the same key would replace the one before.
    let objects = 0;

    return {
      encode: (items, nowMs) =>
        requestsOf(pack(items, encode, LIMITS, 0), (group) => ({
          method: 'PUT',
          url: `${start}/${partition(nowMs)}-${escapePart(context.instanceId)}-${++objects}.json.gz`,
          headers,
          body: group.parts.join(''),
          sign,
          // The key says so, however short it is.
          compression: 'gzip',
          items: group.items,
        })),
      judge,
    };
  },
});

/** `yyyy/MM/dd/HH/yyyyMMddTHHmmss.SSSZ`, of the time of sending, as Firehose does. */
function partition(nowMs: number): string {
  const iso = new Date(nowMs).toISOString();
  return `${iso.slice(0, 10).replaceAll('-', '/')}/${iso.slice(11, 13)}/${iso.replaceAll(/[-:]/g, '')}`;
}

/** Escapes as Signature Version 4 requires, so that the sender need not escape again. */
function escapePart(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function judge(response: ExportResponse, request: ExportRequest): Verdict {
  const said = response.body.toString().replace(/<Token-0>[^<]*/, '<Token-0>[redacted]');
  const verdict = judgeByStatus()({ ...response, body: Buffer.from(said) }, request);
  if (verdict.kind === 'delivered' && !response.headers.etag) return unpromised(response, request, 'without an ETag');
  if (verdict.kind !== 'rejected') return verdict;
  const code = /<Code>([^<]*)<\/Code>/.exec(said)?.[1] ?? '';
  if (code === 'RequestTimeout') return { kind: 'retry', reason: verdict.reason };
  // Another region's bucket, no such bucket, credentials that have expired: the next will fare no better.
  return { kind: 'refused', reason: verdict.reason };
}

/** Far from S3's own limits; an object that can be read at once. */
const LIMITS = { items: Number.POSITIVE_INFINITY, bytes: 16 * 1_024 * 1_024 };
const LONGEST_LINE_BYTES = 1_048_576;
