import { expect, it } from 'vitest';
import type { Signal } from '../items/item.ts';
import type { Route } from './route.ts';
import { noticeUnwantedTypes, wantedTelemetry } from './wanted-telemetry.ts';

const taking = (...signals: Signal[]) => ({ signals: new Set(signals) });

it.each<[string, Route[], Signal[], { metrics: boolean; invocationSpans: boolean; otlp: boolean }]>([
  ['all of it', [], ['logs', 'metrics', 'traces'], { metrics: true, invocationSpans: true, otlp: true }],
  ['no signal that no destination takes', [], ['logs'], { metrics: false, invocationSpans: false, otlp: true }],
  [
    'no spans that the routes drop',
    [{ match: { origin: 'platform', signal: 'traces' }, drop: true }],
    ['traces'],
    { metrics: false, invocationSpans: false, otlp: true },
  ],
  [
    'nothing from SDKs that the routes drop',
    [{ match: { origin: 'otlp' }, drop: true }],
    ['traces'],
    { metrics: false, invocationSpans: true, otlp: false },
  ],
])('wants %s', (_what, routes, signals, expected) => {
  expect(wantedTelemetry(routes, [taking('logs'), taking(...signals)])).toEqual(expected);
});

it('names the types that Lambda delivers for nothing', () => {
  const lines: string[] = [];
  const log = { info: (line: string) => void lines.push(line) };
  const routes: Route[] = [{ match: { origin: ['function', 'extension'] }, drop: true }];

  noticeUnwantedTypes(routes, ['platform', 'function'], log);
  noticeUnwantedTypes([], ['platform', 'function', 'extension'], log);

  expect(lines).toEqual([
    expect.stringMatching(/^No route sends what functions log.* Remove "function" from TELEMETRY_TYPES/),
  ]);
});
