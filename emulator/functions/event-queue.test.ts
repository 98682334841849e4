import { expect, it } from 'vitest';
import { systemClock } from '../../foundation/clock.ts';
import { newInvocationRequest } from '../apis/invocation-request.ts';
import { functionErrorOf, shuttingDown } from '../environment/replies.ts';
import type { Reply } from '../environment/state.ts';
import { createEventQueue } from './event-queue.ts';

it.each([
  ['that fails while the emulator ends', functionErrorOf('Error', 'no')],
  ['that no environment takes, because the emulator ends', shuttingDown],
])('an event %s is dropped, and a hint says so', (_what, reply) => {
  const hints: string[] = [];
  const replies: ((reply: Reply) => void)[] = [];
  const queue = createEventQueue({
    clock: systemClock,
    retryDelaysMs: [60_000, 120_000],
    functionArn: 'arn',
    functionVersion: '1',
    attempt: (_request, onReply) => void replies.push(onReply),
    keep: undefined,
    onHint: (text) => void hints.push(text),
  });
  const request = newInvocationRequest({ kind: 'Event', payload: Buffer.alloc(0) });

  queue.add(request);
  queue[Symbol.dispose]();
  replies[0]?.(reply);

  expect(hints).toEqual([`Dropped event ${request.requestId}, because the emulator ends.`]);
});
