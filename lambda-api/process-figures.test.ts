import { describe, expect, it } from 'vitest';
import { decodeProcessFigures } from './process-figures.ts';

const figures = {
  requestId: 'a',
  eventLoopDelayMeanMs: 10.2,
  eventLoopDelayMaxMs: 80,
  eventLoopUtilization: 0.4,
  garbageCollectionMs: 3,
  heapUsedBytes: 5_000_000,
};

describe('figures of the function’s process', () => {
  it('are read from JSON', () => {
    expect(decodeProcessFigures(JSON.stringify(figures))).toEqual(figures);
  });

  it.each([
    '',
    'x',
    'null',
    '[]',
    '{}',
    JSON.stringify({ ...figures, requestId: 1 }),
    JSON.stringify({ ...figures, heapUsedBytes: 'x' }),
  ])('are none in %j', (body) => {
    expect(decodeProcessFigures(body)).toBeUndefined();
  });
});
