import { expect, it } from 'vitest';
import type { TimelineEntry } from '../../environment/watching.ts';
import { type InvocationBars, invocationReader } from './invocation-bars.ts';

const entry = (atMs: number, kind: TimelineEntry['kind'], name: string, detail?: string): TimelineEntry => ({
  atMs,
  kind,
  name,
  ...(detail !== undefined && { detail }),
});

it('reads an invocation with its init, and the next one without', () => {
  const read: InvocationBars[] = [];
  const take = invocationReader((invocation) => read.push(invocation));

  for (const one of [
    entry(100, 'event', 'invoke', 'first'),
    entry(110, 'effect', 'launch', 'logs'),
    entry(120, 'effect', 'launch', 'runtime'),
    entry(130, 'event', 'extension-next', 'logs'),
    entry(150, 'event', 'runtime-next'),
    entry(150, 'phase', 'invoke'),
    entry(160, 'event', 'runtime-next'),
    entry(170, 'event', 'extension-next', 'logs'),
    entry(170, 'phase', 'idle'),
    entry(200, 'event', 'invoke', 'second'),
    entry(200, 'phase', 'invoke'),
    entry(205, 'event', 'exited', 'runtime'),
    entry(209, 'phase', 'cold'),
  ])
    take(one);

  expect(read).toEqual([
    {
      requestId: 'first',
      durationMs: 60,
      bars: [
        { process: 'logs', phase: 'init', fromMs: 0, toMs: 20 },
        { process: 'runtime', phase: 'init', fromMs: 10, toMs: 40 },
        { process: 'runtime', phase: 'invoke', fromMs: 40, toMs: 50 },
        { process: 'logs', phase: 'invoke', fromMs: 40, toMs: 60 },
      ],
    },
    {
      requestId: 'second',
      durationMs: 9,
      bars: [
        { process: 'runtime', phase: 'invoke', fromMs: 0, toMs: 5 },
        { process: 'logs', phase: 'invoke', fromMs: 0, toMs: 9 },
      ],
    },
  ]);
});
