import { estimateBytes } from '../items/estimate-bytes.ts';
import type { Item, LogItem, MetricItem, Signal, SpanItem } from '../items/item.ts';
import { NO_ATTRIBUTES } from '../items/log-line.ts';
import { encodeJson } from '../otlp/encode-json.ts';
import { encodeProtobuf } from '../otlp/encode-protobuf.ts';
import { readPartialSuccess, readStatusMessage } from '../otlp/response.ts';
import { bySignal } from './encoding/by-signal.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import { type Limits, requestsOf } from './encoding/pack.ts';
import { noWebPage } from './encoding/promised.ts';
import { shrink } from './encoding/shrink.ts';
import { defineDestinationType, type ExportRequest, type ExportResponse, type Verdict } from './exporter.ts';
import { type OtlpRoute, otlpRoutes } from './otlp-routes.ts';
import { otlpSettings, sensitiveOtlpSettings } from './otlp-settings.ts';
import { otlpUnread } from './unread/otlp.ts';

const signals = ['logs', 'metrics', 'traces'] as const satisfies readonly Signal[];

/** Any vendor that takes OTLP over HTTP. */
export const otlp = defineDestinationType({
  name: 'otlp',
  signals,
  hasEndpointPerSignal: true,
  settings: otlpSettings,
  required: [],
  sensitive: sensitiveOtlpSettings,
  unread: otlpUnread,
  exporter(settings, context) {
    const { logs, metrics, traces } = otlpRoutes(settings, context);
    const limits = { bytes: settings.mostBytes, items: settings.mostItems };
    return {
      signals: signals.filter((signal) => ({ logs, metrics, traces })[signal] !== undefined),
      *encode(items) {
        const parted = bySignal(items);
        yield* requests<LogItem>(parted.logs, logs, limits, encodeJson.logs, encodeProtobuf.logs);
        yield* requests<MetricItem>(parted.metrics, metrics, limits, encodeJson.metrics, encodeProtobuf.metrics);
        yield* requests<SpanItem>(parted.traces, traces, limits, encodeJson.traces, encodeProtobuf.traces);
      },
      judge,
    };
  },
});

type Body = string | Uint8Array;
type Encode<T> = (items: readonly T[]) => Body;

function requests<T extends Item>(
  items: readonly T[],
  route: OtlpRoute | undefined,
  limits: Limits,
  asJson: Encode<T>,
  asProtobuf: Encode<T>,
): Iterable<ExportRequest | undefined> {
  if (route === undefined) return [];
  const { url, headers, isJson, compression, sign, connection } = route;
  return requestsOf(bodies(items, isJson ? asJson : asProtobuf, limits), ({ body, items: ofBody }) => ({
    url,
    headers,
    body,
    ...(compression && { compression }),
    items: ofBody,
    ...(sign && { sign }),
    ...(connection && { connection }),
  }));
}

/**
 * Encodes pieces of some hundred kilobytes, and joins those that fit into a request. The length is known only after encoding, so
 * how many items the next piece gets follows from their estimated length and the error of the estimate before.
 */
function* bodies<T extends Item>(items: readonly T[], encode: Encode<T>, limits: Limits) {
  let pieces: Body[] = [];
  let [from, bytes, ratio] = [0, 0, 1];
  for (let at = 0; at < items.length; ) {
    const room = Math.min(limits.bytes - bytes, LONGEST_PIECE_BYTES);
    const { some, estimatedBytes } = fitting(items, at, room / ratio, limits.items - (at - from));
    const piece = encode(some);
    const pieceBytes = Buffer.byteLength(piece);
    ratio = (1.1 * pieceBytes) / estimatedBytes;
    const isFitting = bytes + pieceBytes <= limits.bytes;
    if (!isFitting && some.length > 1) {
      yield undefined;
      continue;
    }
    if (isFitting || at === from) {
      pieces.push(shortened(piece, some, encode, limits.bytes));
      bytes += pieceBytes;
      at += some.length;
    }
    const isFull = !isFitting || at - from >= limits.items || bytes > limits.bytes * FULL;
    if (isFull || at === items.length) {
      yield { body: joined(pieces), items: items.slice(from, at) };
      pieces = [];
      from = at;
      bytes = 0;
    } else yield undefined;
  }
}

/** The next items that have so many bytes together, and no more than `most`; at least one. */
function fitting<T extends Item>(items: readonly T[], at: number, bytes: number, most: number) {
  let end = at;
  let estimatedBytes = 0;
  while (end < items.length && end - at < most) {
    const itemBytes = lengthOf(items[end] as T);
    if (end > at && estimatedBytes + itemBytes > bytes) break;
    estimatedBytes += itemBytes;
    end += 1;
  }
  return { some: items.slice(at, end), estimatedBytes };
}

/** A line needs no look at all that it holds in memory. */
function lengthOf(item: Item): number {
  const isPlain = item.signal === 'logs' && item.attributes === NO_ATTRIBUTES && typeof item.body === 'string';
  return isPlain ? LINE_BYTES + (item.body as string).length : estimateBytes(item);
}

/** The fields of two messages in a row are one message. In JSON a message is `{"resourceLogs":[…]}`. */
function joined(pieces: readonly Body[]): Body {
  const [first = ''] = pieces;
  if (pieces.length === 1) return first;
  if (typeof first !== 'string') return Buffer.concat(pieces as Uint8Array[]);
  const start = first.indexOf('[') + 1;
  return `${first.slice(0, start)}${pieces.map((piece) => (piece as string).slice(start, -2)).join(',')}]}`;
}

function shortened<T extends Item>(body: Body, items: readonly T[], encode: Encode<T>, longestBytes: number): Body {
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

const byStatus = noWebPage(judgeByStatus(new Set([429, 502, 503, 504])));

/** A refusal in protobuf holds a text. */
function withStatusMessage(response: ExportResponse): ExportResponse {
  const isProtobuf = String(response.headers['content-type']).includes('protobuf');
  return isProtobuf && response.status >= 300
    ? { ...response, body: Buffer.from(readStatusMessage(response.body)) }
    : response;
}

/** Some milliseconds of work. */
const LONGEST_PIECE_BYTES = 262_144;
/** With ids and names around its text. */
const LINE_BYTES = 160;
const FULL = 0.95;
const LONGEST_MESSAGE = 300;
