import type { Item, LogItem, MetricItem, Signal, SpanItem } from '../items/item.ts';
import { encodeJson } from '../otlp/encode-json.ts';
import { encodeProtobuf } from '../otlp/encode-protobuf.ts';
import { readPartialSuccess, readStatusMessage } from '../otlp/response.ts';
import { bySignal } from './encoding/by-signal.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import type { Limits } from './encoding/pack.ts';
import { shrink } from './encoding/shrink.ts';
import { defineDestinationType, type ExportRequest, type ExportResponse, type Verdict } from './exporter.ts';
import { type OtlpRoute, otlpRoutes } from './otlp-routes.ts';
import { otlpSettings, sensitiveOtlpSettings } from './otlp-settings.ts';

const signals = ['logs', 'metrics', 'traces'] as const satisfies readonly Signal[];

/** Any vendor that takes OTLP over HTTP. */
export const otlp = defineDestinationType({
  name: 'otlp',
  signals,
  settings: otlpSettings,
  required: [],
  sensitive: sensitiveOtlpSettings,
  exporter(settings, context) {
    const { logs, metrics, traces } = otlpRoutes(settings, context);
    const limits = { bytes: settings.mostBytes, items: settings.mostItems };
    return {
      signals: signals.filter((signal) => ({ logs, metrics, traces })[signal] !== undefined),
      encode(items) {
        const parted = bySignal(items);
        return [
          ...requests<LogItem>(parted.logs, logs, limits, encodeJson.logs, encodeProtobuf.logs),
          ...requests<MetricItem>(parted.metrics, metrics, limits, encodeJson.metrics, encodeProtobuf.metrics),
          ...requests<SpanItem>(parted.traces, traces, limits, encodeJson.traces, encodeProtobuf.traces),
        ];
      },
      judge,
    };
  },
});

type Encode<T> = (items: readonly T[]) => string | Uint8Array;

function requests<T extends Item>(
  items: readonly T[],
  route: OtlpRoute | undefined,
  limits: Limits,
  asJson: Encode<T>,
  asProtobuf: Encode<T>,
): ExportRequest[] {
  if (route === undefined) return [];
  const { url, headers, isJson, compression, sign } = route;
  return bodies(items, isJson ? asJson : asProtobuf, limits).map(({ body, items: ofBody }) => ({
    url,
    headers,
    body,
    ...(compression && { compression }),
    items: ofBody,
    ...(sign && { sign }),
  }));
}

/** The length is known only after encoding, so the number of items follows from the length of the requests before. */
function bodies<T extends Item>(items: readonly T[], encode: Encode<T>, limits: Limits) {
  const found: { body: string | Uint8Array; items: readonly T[] }[] = [];
  let bytesPerItem = FIRST_GUESS_BYTES;
  for (let at = 0; at < items.length; ) {
    let count = Math.min(limits.items, Math.floor(limits.bytes / bytesPerItem));
    let some = items.slice(at, at + Math.max(count, 1));
    let body = encode(some);
    while (Buffer.byteLength(body) > limits.bytes && some.length > 1) {
      count = Math.floor((some.length * limits.bytes * 0.9) / Buffer.byteLength(body));
      some = some.slice(0, Math.max(count, 1));
      body = encode(some);
    }
    bytesPerItem = (1.1 * Buffer.byteLength(body)) / some.length;
    found.push({ body: shortened(body, some, encode, limits.bytes), items: some });
    at += some.length;
  }
  return found;
}

function shortened<T extends Item>(
  body: string | Uint8Array,
  items: readonly T[],
  encode: Encode<T>,
  longestBytes: number,
): string | Uint8Array {
  if (Buffer.byteLength(body) <= longestBytes) return body;
  return encode(items.map((item) => shrink(item, (smaller) => Buffer.byteLength(encode([smaller])), longestBytes)));
}

/** An accepted request may name rejected items, which must not be sent again. */
function judge(response: ExportResponse, request: ExportRequest): Verdict {
  const isJson = String(response.headers['content-type'] ?? request.headers['content-type']).includes('json');
  const verdict = byStatus(isJson ? response : withStatusMessage(response), request);
  if (verdict.kind !== 'delivered') return verdict;
  const partial = readPartialSuccess(response.body, isJson);
  if (partial === undefined || !(partial.rejected > 0)) return verdict;
  const lost = Math.min(partial.rejected, request.items.length);
  const reason = `${new URL(request.url).host} rejected ${lost} of ${request.items.length}: ${partial.message.slice(0, LONGEST_MESSAGE)}`;
  return { kind: 'partial', again: [], lost, reason };
}

const byStatus = judgeByStatus(new Set([429, 502, 503, 504]));

/** A refusal in protobuf holds a text. */
function withStatusMessage(response: ExportResponse): ExportResponse {
  const isProtobuf = String(response.headers['content-type']).includes('protobuf');
  return isProtobuf && response.status >= 300
    ? { ...response, body: Buffer.from(readStatusMessage(response.body)) }
    : response;
}

const FIRST_GUESS_BYTES = 400;
const LONGEST_MESSAGE = 300;
