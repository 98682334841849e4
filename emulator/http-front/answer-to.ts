import type { ServerResponse } from 'node:http';
import { HTTP_INTEGRATION_RESPONSE } from '../../lambda-api/runtime-api.ts';
import { pacedWriter } from '../apis/paced-writer.ts';
import type { StreamSink } from '../environment/environment.ts';
import type { Reply } from '../environment/state.ts';
import type { Headers } from './cors.ts';
import { type HttpAnswer, readPrelude } from './http-answer.ts';
import { preludeReader, type Start } from './prelude.ts';

/** Writes one answer to an HTTP client: at once, or part by part. */
export interface ClientAnswer {
  readonly sink: StreamSink;
  /** Whether the function streams its answer. */
  hasBegun(): boolean;
  send(answer: HttpAnswer): void;
  /** Ends a streamed answer; a broken one breaks the connection, as the client could not tell otherwise. */
  end(reply: Reply): void;
  fail(status: number, text: string): void;
  /** The function answered with something that is no answer. */
  refuse(problem: string): void;
}

/** @param cors Headers that replace what the function says about cross-origin access. */
export function answerTo(response: ServerResponse, cors: Headers, onHint: (text: string) => void): ClientAnswer {
  let hasBegun = false;
  let readStart: ((chunk: Uint8Array) => Start) | undefined;
  // Of a stream without status and headers in front. It waits for the first part: the function may fail before that, which is a 502.
  let plainType: string | undefined;

  const writer = pacedWriter(response);

  const end = (last?: string | Uint8Array) => {
    // A second end would be an error that nobody handles.
    if (!response.writableEnded) response.end(last);
    writer.release();
  };
  const writeHead = (status: number, headers: Headers) => {
    if (response.headersSent || response.destroyed) return;
    response.writeHead(status, withCors(headers, cors).flat());
  };
  const fail = (status: number, text: string) => {
    writeHead(status, [['content-type', 'text/plain']]);
    end(text);
  };
  const refuse = (problem: string) => {
    onHint(`The function's answer is not valid, so the client gets 502: ${problem}.`);
    fail(502, 'Internal Server Error');
  };
  const beginPlain = () => {
    if (plainType !== undefined) writeHead(200, [['content-type', plainType]]);
  };
  const begin = (prelude: string): boolean => {
    const read = readPrelude(objectOf(prelude));
    if ('problem' in read) refuse(read.problem);
    else writeHead(read.status, read.headers);
    return !('problem' in read);
  };

  return {
    hasBegun: () => hasBegun,
    sink: {
      start(contentType) {
        hasBegun = true;
        if (contentType === HTTP_INTEGRATION_RESPONSE) readStart = preludeReader();
        else plainType = contentType ?? 'application/octet-stream';
      },
      write(chunk) {
        beginPlain();
        if (readStart === undefined) return writer.write(chunk);
        const start = readStart(chunk);
        if (start.kind === 'unknown') return undefined;
        readStart = undefined;
        if (start.kind === 'none') return void refuse('it streams without status and headers in front');
        if (!begin(start.prelude)) return undefined;
        response.flushHeaders();
        return start.rest.length > 0 ? writer.write(start.rest) : undefined;
      },
    },
    send({ status, headers, body }) {
      writeHead(status, [...headers, ...(status === 204 || status === 304 ? [] : [lengthOf(body)])]);
      end(body);
    },
    end(reply) {
      const isBroken = reply.status !== 200 || reply.headers['x-amz-function-error'] !== undefined;
      if (isBroken && response.headersSent && !response.writableEnded) response.destroy();
      else if (isBroken) fail(502, 'Internal Server Error');
      else if (readStart !== undefined)
        refuse(
          'its stream ended before status and headers were complete. HttpResponseStream sends them with the first write(), not with end()',
        );
      else {
        beginPlain();
        end();
      }
    },
    fail,
    refuse,
  };
}

function withCors(headers: Headers, cors: Headers): Headers {
  if (cors.length === 0) return headers;
  return [...headers.filter(([name]) => !name.startsWith('access-control-')), ...cors];
}

function lengthOf(body: Uint8Array): readonly [string, string] {
  return ['content-length', String(body.length)];
}

function objectOf(prelude: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(prelude);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return { statusCode: `${prelude.slice(0, 50)}` };
  }
}
