import { expect, it } from 'vitest';
import { logQueue } from './log-queue.ts';

const notice = (dropped: number) => `dropped ${dropped}`;

/** A pipe with so much room. */
function pipeWith(room: number) {
  const pipe = { text: '', room };
  const queue = logQueue((bytes) => {
    const part = bytes.subarray(0, pipe.room);
    pipe.room -= part.length;
    pipe.text += part;
    return part.length;
  });
  return { pipe, queue };
}

it('drops lines while the pipe is full, ends the line that was cut, and says later how many are missing', () => {
  const { pipe, queue } = pipeWith(6);

  const isDone = ['one', 'two', 'three', 'four'].map((line) => queue.add(line, notice));
  const whileFull = pipe.text;
  pipe.room = 100;
  isDone.push(queue.add('five', notice));

  expect(whileFull).toBe('one\ntw');
  expect(pipe.text).toBe('one\ntwo\ndropped 2\nfive\n');
  expect(isDone).toEqual([true, false, false, false, true]);
});

it('says how many are missing without another line, once', () => {
  const { pipe, queue } = pipeWith(0);
  queue.add('one', notice);
  const whileFull = queue.catchUp();
  pipe.room = 100;

  const after = [queue.catchUp(), queue.catchUp()];

  expect([whileFull, after, pipe.text]).toEqual([false, [true, true], 'dropped 1\n']);
});
