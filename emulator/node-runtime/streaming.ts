import type { ClientRequest } from 'node:http';
import { HTTP_INTEGRATION_RESPONSE, runtimeApiHeaders } from '../../lambda-api/runtime-api.ts';
import type { OpenResponse } from './api-client.ts';
import { describeError, runtimeError } from './error-description.ts';
import type { InvokeStore } from './invoke-store.ts';

/** The marks that AWS's runtime client sets on a handler that streams. */
export const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');

interface Prelude {
  _onBeforeFirstWrite?: (write: (chunk: string | Uint8Array) => void) => void;
}

/** Defines the global `awslambda`, which handlers and AWS's libraries use. */
export function installAwslambda(store: InvokeStore, environment: NodeJS.ProcessEnv): void {
  if (['1', 'true'].includes(environment.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA ?? '')) return;
  const streamifyResponse = (handler: object, options?: { highWaterMark?: number }) => {
    const marks = typeof options?.highWaterMark === 'number' ? { [HIGH_WATER_MARK]: options.highWaterMark } : {};
    return Object.assign(handler, { [STREAMING]: 'response', ...marks });
  };
  const HttpResponseStream = {
    /** Before the first part of the body go status and headers as JSON, and eight NUL bytes. A body without parts has neither. */
    from(stream: Prelude & { setContentType(type: string): void }, prelude: object) {
      stream.setContentType(HTTP_INTEGRATION_RESPONSE);
      const json = JSON.stringify(prelude);
      stream._onBeforeFirstWrite = (write) => {
        write(json);
        write(new Uint8Array(8));
      };
      return stream;
    },
  };
  Object.assign(globalThis, { awslambda: { InvokeStore: store, streamifyResponse, HttpResponseStream } });
}

/** The stream that a handler writes to: the request itself, by a part of its methods, as AWS's client passes it on. */
export function createResponseStream({ request, done }: OpenResponse) {
  const inner = request as ClientRequest & Prelude & { setContentType(type: string): void };
  const write = request.write.bind(request) as (chunk: unknown, ...rest: unknown[]) => boolean;
  let isBegun = false;
  // AWS's client ends when the request fails, whether or not the handler still waits for it.
  void done.then(() => {});
  inner.setContentType = (type) => {
    if (isBegun) throw runtimeError('Runtime.InvalidStreamingOperation', 'Cannot set content-type, too late.');
    request.setHeader('content-type', type);
  };
  inner.write = ((chunk: unknown, ...rest: unknown[]) => {
    const isBytes = typeof chunk === 'string' || chunk instanceof Uint8Array;
    const data = isBytes ? chunk : jsonOf(chunk);
    if (!isBegun) inner._onBeforeFirstWrite?.((part) => write(part));
    const isTaken = write(data, ...rest);
    isBegun = true;
    return isTaken;
  }) as typeof inner.write;

  return {
    stream: facadeOf(inner),
    done,
    isFinished: () => request.writableFinished,
    /** Ends the request with the error in its trailers. */
    fail(thrown: unknown): void {
      const description = describeError(thrown);
      request.addTrailers({
        [runtimeApiHeaders.errorType]: Buffer.from(String(description.errorType)).toString('latin1'),
        [runtimeApiHeaders.errorBody]: Buffer.from(JSON.stringify(description)).toString('base64'),
      });
      request.end();
    },
  };
}

function jsonOf(chunk: unknown): string {
  if (chunk === null || chunk === undefined)
    throw new TypeError(`Cannot read properties of ${chunk} (reading 'length')`);
  return JSON.stringify(chunk);
}

function facadeOf(inner: object): object {
  const facade = {};
  for (const method of METHODS) {
    const work = Reflect.get(inner, method) as (...values: unknown[]) => unknown;
    Reflect.set(facade, method, work.bind(inner));
  }
  for (const name of [...WRITABLE_PROPERTIES, ...PROPERTIES]) {
    const set = WRITABLE_PROPERTIES.includes(name)
      ? { set: (value: unknown) => void Reflect.set(inner, name, value) }
      : {};
    Object.defineProperty(facade, name, { get: () => Reflect.get(inner, name), ...set });
  }
  return facade;
}

const METHODS = [
  ...[
    'cork',
    'destroy',
    'end',
    'uncork',
    'write',
    'addListener',
    'on',
    'once',
    'prependListener',
    'prependOnceListener',
  ],
  ...['off', 'removeListener', 'removeAllListeners', 'setMaxListeners', 'getMaxListeners', 'listeners', 'rawListeners'],
  ...['listenerCount', 'eventNames', 'emit', 'setContentType'],
];
const WRITABLE_PROPERTIES = ['destroyed', '_onBeforeFirstWrite'];
const PROPERTIES = [
  ...['writableFinished', 'writableObjectMode', 'writableEnded', 'writableNeedDrain', 'writableHighWaterMark'],
  ...['writableCorked', 'writableLength', 'writable'],
];
