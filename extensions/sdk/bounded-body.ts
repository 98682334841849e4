import { pipeline, type Readable, Transform } from 'node:stream';
import { UnreadableAnswerError } from '../../aws-call/unreadable-answer.ts';

/** The same bytes, up to `mostBytes`. One more ends the answer with an error, and its connection. */
export function boundedBody(body: Readable, mostBytes: number): Readable {
  let bytes = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes <= mostBytes) done(null, chunk);
      else done(new UnreadableAnswerError(`it is longer than ${mostBytes} bytes`));
    },
  });
  // Who reads `counted` gets the error.
  return pipeline(body, counted, () => undefined);
}
