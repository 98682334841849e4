import { Writable } from 'node:stream';
import { HTTP_INTEGRATION_RESPONSE, runtimeApiHeaders } from '../../lambda-api/runtime-api.ts';
import type { OpenResponse } from './api-client.ts';
import type { ErrorDescription } from './error-description.ts';

/** The mark that AWS's runtime client sets on a handler that streams. */
export const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');

/** Defines the global `awslambda`, which handlers use. */
export function installAwslambda(): void {
  Object.assign(globalThis, {
    awslambda: {
      streamifyResponse: (handler: object) => Object.assign(handler, { [STREAMING]: 'response' }),
      HttpResponseStream: {
        /** Writes status and headers as JSON, then eight NUL bytes; the body follows. */
        from(stream: ResponseStream, prelude: object) {
          stream.setContentType(HTTP_INTEGRATION_RESPONSE);
          stream.write(JSON.stringify(prelude));
          stream.write(new Uint8Array(8));
          return stream;
        },
      },
    },
  });
}

class ResponseStream extends Writable {
  contentType = 'application/octet-stream';

  setContentType(contentType: string): void {
    this.contentType = contentType;
  }
}

/** A stream whose request to the Runtime API begins with its first byte. An earlier error is posted as a plain error. */
export function createResponseStream(open: (contentType: string) => OpenResponse) {
  let opened: OpenResponse | undefined;
  const begin = () => (opened ??= open(stream.contentType));
  const stream = new ResponseStream({
    write(chunk, encoding, done) {
      const isTaken = begin().request.write(chunk, encoding);
      if (isTaken) done();
      else begin().request.once('drain', () => done());
    },
    final(done) {
      const { request, done: answered } = begin();
      request.end();
      answered.then(() => done(), done);
    },
  });
  const finished = new Promise<void>((resolve, reject) => {
    stream.once('finish', resolve).once('error', reject);
  });
  finished.catch(() => {});

  return {
    stream,
    finished,
    hasBegun: () => opened !== undefined,
    /** Ends the request with the error in its trailers. */
    async fail(description: ErrorDescription): Promise<void> {
      const { request, done } = begin();
      request.addTrailers({
        [runtimeApiHeaders.errorType]: description.errorType,
        [runtimeApiHeaders.errorBody]: Buffer.from(JSON.stringify(description)).toString('base64'),
      });
      request.end();
      await done;
    },
  };
}
