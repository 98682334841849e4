import { expect, it } from 'vitest';
import { bytesOf, eventQueue } from './event-queue.ts';

const event = (message: string) => ({ timestamp: 1, message });
const messages = (queue: ReturnType<typeof eventQueue>) => queue.takeAll().map(({ message }) => message);

it('a full queue drops the oldest events, and says how many', () => {
  const queue = eventQueue(3 * bytesOf(event('a')));

  const dropped = ['a', 'b', 'c', 'd', 'e'].map((text) => queue.add(event(text)));

  expect(dropped).toEqual([0, 0, 0, 1, 1]);
  expect(messages(queue)).toEqual(['c', 'd', 'e']);
});

it('what is given back is older than what came meanwhile, and goes first when there is no room', () => {
  const queue = eventQueue(3 * bytesOf(event('a')));
  queue.add(event('c'));
  queue.add(event('d'));

  expect(queue.giveBack([event('a'), event('b')])).toBe(1);
  expect(messages(queue)).toEqual(['b', 'c', 'd']);
});

it('an event alone is kept, whatever its size', () => {
  const queue = eventQueue(10);

  expect(queue.add(event('a'.repeat(100)))).toBe(0);
  expect(queue.size()).toBe(1);
});
