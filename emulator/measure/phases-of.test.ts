import { expect, it } from 'vitest';
import type { TimelineEntry } from '../environment/watching.ts';
import { phasesOf } from './phases-of.ts';

const entry = (atMs: number, kind: TimelineEntry['kind'], name: string, detail?: string): TimelineEntry => ({
  atMs,
  kind,
  name,
  ...(detail !== undefined && { detail }),
});

it('gives each process its init and its part of the first invocation, since the call', () => {
  const timeline = [
    entry(10, 'phase', 'init'),
    entry(12, 'effect', 'launch', 'logs'),
    entry(15, 'effect', 'launch', 'runtime'),
    entry(20, 'event', 'extension-next', 'logs'),
    entry(40, 'event', 'runtime-next'),
    entry(40, 'phase', 'invoke'),
    entry(50, 'event', 'runtime-next'),
    entry(70, 'event', 'extension-next', 'logs'),
    entry(70, 'phase', 'idle'),
    entry(90, 'phase', 'invoke'),
    entry(95, 'event', 'runtime-next'),
  ];

  expect(phasesOf(timeline)).toEqual([
    { of: 'logs', name: 'init', fromMs: 2, toMs: 10 },
    { of: 'runtime', name: 'init', fromMs: 5, toMs: 30 },
    { of: 'runtime', name: 'invoke', fromMs: 30, toMs: 40 },
    { of: 'logs', name: 'invoke', fromMs: 30, toMs: 60 },
  ]);
});

it('has nothing of a process that never asked for an event', () => {
  const timeline = [entry(0, 'phase', 'init'), entry(1, 'effect', 'launch', 'runtime'), entry(9, 'phase', 'cold')];

  expect(phasesOf(timeline)).toEqual([]);
});
