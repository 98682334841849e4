import { expect, it } from 'vitest';
import { decodeExtensionEvent } from './extensions-api.ts';

it.each([
  { eventType: 'INVOKE', deadlineMs: 1, requestId: 'r', invokedFunctionArn: 'a' },
  { eventType: 'SHUTDOWN', deadlineMs: 1, shutdownReason: 'spindown' },
])('decodes an event: $eventType', (event) => {
  expect(decodeExtensionEvent(JSON.stringify(event))).toEqual(event);
});

it.each([
  '',
  'hunter2',
  '{"hunter2":',
  'null',
  '[]',
  '{"eventType":"INVOKE"}',
  '{"eventType":"hunter2","deadlineMs":1}',
])('refuses what is no event, and quotes nothing of it: %s', (body) => {
  expect(() => decodeExtensionEvent(body)).toThrow(
    new TypeError(`The Extensions API sent ${body.length} characters that are no event`),
  );
});

it('reads a SHUTDOWN that names no reason', () => {
  const bodies = [
    '{"eventType":"SHUTDOWN","deadlineMs":5}',
    '{"eventType":"SHUTDOWN","shutdownReason":null,"deadlineMs":5}',
  ];

  const events = bodies.map(decodeExtensionEvent);

  for (const event of events)
    expect(event).toEqual({ eventType: 'SHUTDOWN', shutdownReason: 'unknown', deadlineMs: 5 });
});
