import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Item, Origin, Signal } from '../items/item.ts';
import type { Route } from './route.ts';
import { compileRoutes } from './select.ts';
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

it.each<[boolean, Signal, Route[]]>([
  [true, 'traces', []],
  [false, 'traces', [{ match: { origin: 'platform', signal: 'traces' }, drop: true }]],
  [true, 'logs', [{ match: { origin: 'platform', signal: 'traces' }, drop: true }]],
  [false, 'traces', [{ match: { origin: 'otlp' }, to: 'a' }, { match: { signal: 'logs' }, to: 'a' }, { drop: true }]],
])('%j: whether %s of the platform reach a destination by %j', (expected, signal, routes) => {
  expect(isOriginWanted(routes, 'platform', [signal])).toBe(expected);
});

it('never calls unwanted what a route would send', () => {
  const some = { requiredKeys: [] };
  const origin = fc.constantFrom<Origin>('function', 'extension', 'platform', 'otlp');
  const conditions = {
    signal: fc.constantFrom('logs', 'metrics', ['logs', 'traces']),
    origin: fc.oneof(origin, fc.array(origin, { minLength: 1 })),
    type: fc.constantFrom('function', 'f*', '*', 'platform.*', 'x'),
    name: fc.constantFrom('*', 'a*'),
    minLevel: fc.constantFrom('warn', 'trace'),
  };
  const match = fc.record({ ...conditions, not: fc.record(conditions, some) }, some);
  const route = fc.record(
    { match, drop: fc.boolean(), to: fc.constantFrom('a'), continue: fc.boolean(), sample: fc.constant(0.5) },
    some,
  );

  fc.assert(
    fc.property(
      fc.array(route, { maxLength: 5 }),
      fc.constantFrom('logs', 'metrics', 'traces'),
      origin,
      (all, signal, itsOrigin) => {
        const routes = all as Route[];
        const type = itsOrigin === 'platform' ? 'platform.start' : itsOrigin;
        const item = {
          signal,
          origin: itsOrigin,
          type,
          name: 'a',
          severity: 17,
          body: '',
          attributes: {},
          status: { code: 'error' },
        };

        const sent = compileRoutes(routes, ['a'])(item as unknown as Item, () => undefined);

        expect(sent > 0 && !isOriginWanted(routes, itsOrigin, [signal])).toBe(false);
        expect(sent > 0 && !isOriginWanted(routes, itsOrigin)).toBe(false);
      },
    ),
    { numRuns: 5_000 },
  );
});
