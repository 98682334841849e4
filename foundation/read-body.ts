import type { IncomingMessage } from 'node:http';

/** Why there is no body to use. The request was read to its end, or its sender would not see the answer. */
export type NoBody = { readonly problem: 'too-long' | 'too-many'; readonly bytes: number };

export interface BodyLimits {
  /** Of one body. */
  readonly bodyBytes: number;
  /** Of all bodies that are being read or used. */
  readonly inFlightBytes: number;
}

/**
 * Reads the bodies of one server, and hands each to `use`. A body counts from its first byte until `use` has settled, so
 * that many callers who send slowly hold no more memory than the limit. Rejects if the caller breaks off, or was cut off.
 */
export function bodyReader({ bodyBytes, inFlightBytes }: BodyLimits) {
  let inFlight = 0;

  return async <Result>(
    request: IncomingMessage,
    use: (body: Buffer | NoBody) => Result | Promise<Result>,
  ): Promise<Result> => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    let held = 0;
    let problem: NoBody['problem'] | undefined;
    const release = () => {
      chunks.length = 0;
      inFlight -= held;
      held = 0;
    };

    try {
      for await (const chunk of request as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > bodyBytes) problem = 'too-long';
        else if (inFlight + chunk.length > inFlightBytes) problem ??= 'too-many';
        if (problem !== undefined) {
          release();
          continue;
        }
        inFlight += chunk.length;
        held += chunk.length;
        chunks.push(chunk);
      }
      if (request.socket.writableEnded) throw new Error('the request was cut off');
      const [first = Buffer.alloc(0), ...more] = chunks;
      return await use(
        problem === undefined ? (more.length === 0 ? first : Buffer.concat(chunks)) : { problem, bytes },
      );
    } finally {
      release();
    }
  };
}
