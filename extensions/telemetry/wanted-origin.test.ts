import { expect, it } from 'vitest';
import type { Origin } from './record.ts';
import type { Route } from './route.ts';
import { isOriginWanted } from './wanted-origin.ts';

const cases: [boolean, Origin, Route[]][] = [
  [true, 'otlp', []],
  [true, 'otlp', [{ match: { origin: 'function' }, drop: true }]],
  [false, 'otlp', [{ match: { origin: 'otlp' }, drop: true }]],
  [false, 'otlp', [{ match: { origin: ['platform', 'otlp'] }, drop: true }]],
  [false, 'otlp', [{ match: { not: { origin: ['function', 'platform'] } }, drop: true }]],
  [true, 'otlp', [{ match: { origin: 'otlp', signal: 'logs' }, drop: true }]],
  [
    false,
    'otlp',
    [
      { match: { origin: 'otlp', signal: ['logs', 'metrics'] }, drop: true },
      { match: { signal: 'traces' }, drop: true },
    ],
  ],
  [true, 'otlp', [{ match: { origin: 'otlp', name: 'GET /health' }, drop: true }]],
  [false, 'otlp', [{ match: { signal: 'logs' }, to: 'a' }, { drop: true }].toReversed() as Route[]],
  [true, 'otlp', [{ match: { signal: 'traces' }, to: 'a' }, { drop: true }]],
  [false, 'otlp', [{ match: { origin: 'function' }, to: 'a' }, { drop: true }]],
  [false, 'extension', [{ match: { type: 'extension' }, drop: true }]],
  [true, 'extension', [{ match: { type: 'platform.*' }, drop: true }]],
  [true, 'platform', [{ match: { type: 'platform.*' }, drop: true }]],
  [true, 'otlp', [{ match: { origin: 'otlp' }, sample: 0 }]],
];

it.each(cases)('%j: whether %s reaches a destination by %j', (expected, origin, routes) => {
  expect(isOriginWanted(routes, origin)).toBe(expected);
});
