import type { CallJson, JsonCall } from '../../../aws-call/call-json.ts';
import { AwsError } from '../../../aws-call/errors.ts';
import type { LogEvent } from './event-queue.ts';

export interface LogStream {
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/**
 * Puts one batch. Makes the stream, and the group where that is missing too: AWS's policy for Insights allows both. Returns
 * how many events CloudWatch took but threw away. Rejects with the error of the call that failed.
 */
export function logEventsPutter(call: CallJson) {
  const made = new Set<string>();

  async function make(stream: LogStream, signal: AbortSignal): Promise<void> {
    const { logGroupName } = stream;
    try {
      await unlessThere(call(operation('CreateLogStream', stream), signal));
    } catch (error) {
      if (!isMissing(error)) throw error;
      await unlessThere(call(operation('CreateLogGroup', { logGroupName }), signal));
      await unlessThere(call(operation('CreateLogStream', stream), signal));
    }
    made.clear();
    made.add(stream.logStreamName);
  }

  return async function put(events: readonly LogEvent[], stream: LogStream, signal: AbortSignal): Promise<number> {
    const request = operation('PutLogEvents', { ...stream, logEvents: events });
    if (!made.has(stream.logStreamName)) await make(stream, signal);
    try {
      return rejectedIn(await call(request, signal), events.length);
    } catch (error) {
      if (error instanceof AwsError && error.code === 'DataAlreadyAcceptedException') return 0;
      if (!isMissing(error)) throw error;
      // Somebody has deleted it.
      await make(stream, signal);
      return rejectedIn(await call(request, signal), events.length);
    }
  };
}

function operation(name: string, input: object): JsonCall {
  return { service: 'logs', target: `Logs_20140328.${name}`, input };
}

async function unlessThere(creation: Promise<unknown>): Promise<void> {
  try {
    await creation;
  } catch (error) {
    if (!(error instanceof AwsError && error.code === 'ResourceAlreadyExistsException')) throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof AwsError && error.code === 'ResourceNotFoundException';
}

/** Too old, older than the group keeps events, or too far ahead. The indices are those of the batch; an end is the first that is not. */
function rejectedIn(answer: unknown, count: number): number {
  const { rejectedLogEventsInfo: rejected } = answer as { rejectedLogEventsInfo?: Rejected | null };
  if (typeof rejected !== 'object' || rejected === null) return 0;
  const { tooOldLogEventEndIndex: tooOld, expiredLogEventEndIndex: expired } = rejected;
  const end = Math.max(tooOld ?? 0, expired ?? 0);
  return Math.min(count, end + count - (rejected.tooNewLogEventStartIndex ?? count));
}

type Rejected = Partial<
  Record<'tooOldLogEventEndIndex' | 'expiredLogEventEndIndex' | 'tooNewLogEventStartIndex', number | null>
>;
