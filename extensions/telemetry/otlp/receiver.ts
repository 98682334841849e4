import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { countOf } from '../../../foundation/count-of.ts';
import { bodyReader, type NoBody } from '../../../foundation/read-body.ts';
import { readTarget } from '../../../foundation/request-target.ts';
import { isTurnOver, nextTurn } from '../../../foundation/turns.ts';
import type { RequestHandler } from '../../sdk/index.ts';
import type { Compactor } from '../items/compact.ts';
import type { Item, Signal } from '../items/item.ts';
import { equalSources } from './equal-sources.ts';

export interface OtlpReceiverOptions {
  /** They are acknowledged when it has settled. */
  readonly onItems: (items: readonly Item[]) => unknown;
  readonly compactor: Compactor;
  /** The time of records without one. */
  readonly nowMs: () => number;
  /** Called before work that may take this much CPU time and cannot be split. */
  readonly announceWork?: (cpuMs: number) => void;
}

/**
 * Receives OTLP over HTTP from an OpenTelemetry SDK in the function. The decoders are loaded at the first request, since most
 * functions have no SDK.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function otlpReceiver(options: OtlpReceiverOptions): RequestHandler {
  const { onItems, compactor, nowMs, announceWork = () => undefined } = options;
  const withEqualSources = equalSources(compactor.fields);
  const readBody = bodyReader({ bodyBytes: LONGEST_BODY_BYTES, inFlightBytes: LONGEST_BODY_BYTES * BODIES_IN_FLIGHT });
  const compact = (items: Item[]) => compactor.items(withEqualSources(items));
  const receiving = { readBody, nowMs, announceWork, onItems: (items: Item[]) => onItems(compact(items)) };
  return async (request, response) => {
    const isJson = mediaTypeOf(request) === JSON_TYPE;
    let body: Uint8Array;
    let answer: { status: number; headers?: Record<string, string> } = { status: 200 };
    const { encodeResponse, encodeStatus } = await import('./response.ts');
    try {
      const { signal, rejected } = await receive(request, isJson, receiving);
      const partial = rejected === 0 ? undefined : { rejected, message: `${rejected} could not be read` };
      body = encodeResponse(signal, isJson, partial);
    } catch (error) {
      // The caller broke off, or was cut off.
      if (request.errored || request.socket.writableEnded) return;
      if (!(error instanceof Refusal)) throw error;
      answer = error;
      body = encodeStatus(isJson, error.message);
    }
    const headers = { 'content-type': isJson ? JSON_TYPE : PROTOBUF_TYPE, 'content-length': body.length };
    response.writeHead(answer.status, { ...headers, ...answer.headers }).end(body);
  };
}

interface ReceiveOptions {
  readonly readBody: ReturnType<typeof bodyReader>;
  readonly onItems: (items: Item[]) => unknown;
  readonly nowMs: () => number;
  readonly announceWork: (cpuMs: number) => void;
}

async function receive(request: IncomingMessage, isJson: boolean, options: ReceiveOptions) {
  const { readBody, onItems, nowMs, announceWork } = options;
  const { signal, encoding } = accepted(request, isJson);
  return readBody(request, async (received) => {
    if (isTurnOver()) await nextTurn();
    const body = plain(received, encoding);
    if (body.length > SHORT_BODY_BYTES) announceWork(body.length / BYTES_A_MS);
    const { items, rejected } = await decode(signal, body, isJson, nowMs());
    if (items.length > 0) await onItems(items);
    return { signal, rejected };
  });
}

function accepted(request: IncomingMessage, isJson: boolean): { signal: Signal; encoding: string } {
  const { url = '/', method, headers } = request;
  const signal = SIGNALS.get(readTarget(url)[0]);
  if (signal === undefined) throw new Refusal(404, 'the paths are /v1/logs, /v1/metrics and /v1/traces');
  if (method !== 'POST') throw new Refusal(405, 'only POST is allowed', { allow: 'POST' });
  if (!isJson && mediaTypeOf(request) !== PROTOBUF_TYPE) {
    throw new Refusal(415, `the content type must be ${PROTOBUF_TYPE} or ${JSON_TYPE}`);
  }
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
  if (encoding !== 'gzip' && encoding !== 'identity') {
    throw new Refusal(415, 'the content encoding must be gzip or none', { 'accept-encoding': 'gzip' });
  }
  return { signal, encoding };
}

function plain(body: Buffer | NoBody, encoding: string): Buffer {
  if (!Buffer.isBuffer(body)) throw body.problem === 'too-long' ? tooLong() : tooMany();
  if (encoding === 'identity') return body;
  try {
    return gunzipSync(body, { maxOutputLength: LONGEST_BODY_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLong();
    throw new Refusal(400, 'the body is not gzip');
  }
}

async function decode(signal: Signal, body: Buffer, isJson: boolean, nowMs: number) {
  const { decodeJson } = await import('./decode-json.ts');
  const { decodeProtobuf } = await import('./decode-protobuf.ts');
  const { MalformedOtlpError, MOST_PARTS, TOO_MANY_PARTS, TooManyPartsError } = await import('./message.ts');
  if (isJson && countOf(body, '{', MOST_PARTS) > MOST_PARTS) throw new Refusal(413, TOO_MANY_PARTS);
  try {
    return isJson ? decodeJson(signal, body.toString(), nowMs) : decodeProtobuf(signal, body, nowMs);
  } catch (error) {
    if (error instanceof TooManyPartsError) throw new Refusal(413, error.message);
    throw error instanceof MalformedOtlpError ? new Refusal(400, error.message) : error;
  }
}

function mediaTypeOf({ headers }: IncomingMessage): string | undefined {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
}

/** The request gets an answer other than 200. */
class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

function tooLong(): Refusal {
  return new Refusal(413, `the limit of a body is ${LONGEST_BODY_BYTES} bytes, also after decompression`);
}

/** OpenTelemetry's exporters repeat a request that was answered so. */
function tooMany(): Refusal {
  const message = `more than ${LONGEST_BODY_BYTES * BODIES_IN_FLIGHT} bytes of bodies are being received; retry after a second`;
  return new Refusal(503, message, { 'retry-after': '1' });
}

const SIGNALS: ReadonlyMap<string, Signal> = new Map([
  ['/v1/logs', 'logs'],
  ['/v1/metrics', 'metrics'],
  ['/v1/traces', 'traces'],
]);
const PROTOBUF_TYPE = 'application/x-protobuf';
const JSON_TYPE = 'application/json';
const LONGEST_BODY_BYTES = 4 * 1024 * 1024;
const BODIES_IN_FLIGHT = 4;
/** Decoding more is announced: 4 MiB of the smallest records take some seconds. */
const SHORT_BODY_BYTES = 64 * 1024;
const BYTES_A_MS = 1_000;
