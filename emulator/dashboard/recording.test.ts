import { expect, it } from 'vitest';
import { createRecording } from './recording.ts';

it('gives what came after a message, and tells who listens', () => {
  const recording = createRecording(() => 7);
  let told = 0;
  const subscription = recording.onAdded(() => told++);

  recording.add(0, { kind: 'hint', text: 'a' });
  recording.add(1, { kind: 'hint', text: 'b' });
  subscription[Symbol.dispose]();
  recording.add(0, { kind: 'hint', text: 'c' });

  expect(recording.after(1)).toEqual([
    { id: 2, atMs: 7, environment: 1, kind: 'hint', text: 'b' },
    { id: 3, atMs: 7, environment: 0, kind: 'hint', text: 'c' },
  ]);
  expect(told).toBe(2);
});

it('forgets the oldest beyond 128 MB', () => {
  const recording = createRecording(() => 0);
  const megabyte = 'x'.repeat(500_000);

  for (let count = 0; count < 300; count++) recording.add(0, { kind: 'hint', text: megabyte });

  const kept = recording.after(0);
  expect(kept.length).toBeGreaterThan(100);
  expect(kept.length).toBeLessThan(136);
  expect(kept.at(-1)?.id).toBe(300);
  expect(recording.after(298)).toHaveLength(2);
});

it('counts the events that were invoked, too', () => {
  const recording = createRecording(() => 0);
  const payload = { text: 'x'.repeat(1_000_000) };

  for (let count = 0; count < 150; count++) recording.add(0, { kind: 'action', action: { do: 'invoke', payload } });

  expect(recording.after(0).length).toBeLessThan(70);
});
