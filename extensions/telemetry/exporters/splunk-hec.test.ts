import { describe, expect, it } from 'vitest';
import {
  answer,
  bytesOf,
  exporterOf,
  log,
  metric,
  nowMs,
  proveDestination,
} from '../../../test/support/builders/exporters.ts';
import { splunkHec } from './splunk-hec.ts';

const environment = {
  SPLUNK_HEC_URL: 'https://splunk:8088',
  SPLUNK_HEC_TOKEN: 'token',
  SPLUNK_INDEX: 'main',
  SPLUNK_METRICS_INDEX: 'metrics',
};

describe('splunk-hec', () => {
  proveDestination({
    type: splunkHec,
    environment,
    near: { longest: 1_200_000, most: 5_000 },
    expectWithinLimits(request) {
      expect(bytesOf(request)).toBeLessThanOrEqual(1_000_000);
      const events = String(request.body)
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(events.every(({ time, event }) => Number.isFinite(time) && event !== undefined)).toBe(true);
    },
  });

  it('sends metrics as events where there is no index for metrics', () => {
    const exporter = exporterOf(splunkHec, { ...environment, SPLUNK_METRICS_INDEX: undefined });
    const [request] = exporter.encode([metric('duration', { kind: 'gauge', value: 1.5 })], nowMs);

    expect(JSON.parse(String(request?.body))).toMatchObject({
      index: 'main',
      event: { signal: 'metric', name: 'duration', value: 1.5 },
    });
  });

  it.each([
    ['https://splunk:8088', 'https://splunk:8088/services/collector/event'],
    ['https://splunk:8088/', 'https://splunk:8088/services/collector/event'],
    ['http-inputs-acme.splunkcloud.com', 'https://http-inputs-acme.splunkcloud.com/services/collector/event'],
    ['http://proxy/hec/services/collector', 'http://proxy/hec/services/collector'],
  ])('posts to the collector of %s', (url, expected) => {
    const [request] = exporterOf(splunkHec, { ...environment, SPLUNK_HEC_URL: url }).encode([log()], nowMs);

    expect(request?.url).toBe(expected);
  });

  it.each([
    [200, { text: 'Success', code: 0 }, 'delivered'],
    [403, { text: 'Token disabled', code: 1 }, 'refused'],
    [401, { text: 'Token is required', code: 2 }, 'refused'],
    [401, { text: 'Invalid authorization', code: 3 }, 'refused'],
    [403, { text: 'Invalid token', code: 4 }, 'refused'],
    [400, { text: 'No data', code: 5 }, 'rejected'],
    [400, { text: 'Incorrect index', code: 7 }, 'rejected'],
    [500, { text: 'Internal server error', code: 8 }, 'retry'],
    [503, { text: 'Server is busy', code: 9 }, 'retry'],
    [400, { text: 'Data channel is missing', code: 10 }, 'refused'],
    [413, 'too large', 'split'],
    [429, { text: 'Queue at capacity', code: 26 }, 'retry'],
    [502, '<html>', 'retry'],
  ])('judges %i %j as %s', (status, body, kind) => {
    const exporter = exporterOf(splunkHec, environment);
    const [request] = exporter.encode([log()], nowMs);

    expect(request && exporter.judge(answer(status, body), request)).toMatchObject({ kind });
  });

  it.each([6, 12, 13, 15])('sends again what follows the one event that code %i names', (code) => {
    const exporter = exporterOf(splunkHec, environment);
    const items = [log({ body: 'a' }), log({ body: 'b' }), log({ body: 'c' })];
    const [request] = exporter.encode(items, nowMs);
    const body = { text: 'Invalid data format', code, 'invalid-event-number': 1 };

    expect(request && exporter.judge(answer(400, body), request)).toEqual({
      kind: 'partial',
      again: [items[2]],
      lost: 1,
      reason: `splunk:8088 answered 400: ${JSON.stringify(body)}`,
    });
  });

  it.each([
    ['is busy', 503, { text: 'Server is busy', code: 9, 'invalid-event-number': 1 }, {}],
    ['fails', 500, { text: 'Internal server error', code: 8, 'invalid-event-number': 1 }, {}],
    ['names a time', 503, { text: 'Server is busy', code: 9, 'invalid-event-number': 1 }, { 'retry-after': '2' }],
    ['says so with status 200', 200, { text: 'Server is busy', code: 9, 'invalid-event-number': 1 }, {}],
  ])('sends only what it has not indexed again, if it %s', (_case, status, body, headers) => {
    const exporter = exporterOf(splunkHec, environment);
    const items = [log({ body: 'a' }), log({ body: 'b' }), log({ body: 'c' })];
    const [request] = exporter.encode(items, nowMs);

    expect(request && exporter.judge({ ...answer(status, body), headers }, request)).toEqual({
      kind: 'partial',
      again: items.slice(1),
      lost: 0,
      reason: expect.stringContaining(`splunk:8088 answered ${status}`),
      ...('retry-after' in headers && { afterMs: 2_000 }),
    });
  });

  it('loses only the items of an index that is wrong', () => {
    const exporter = exporterOf(splunkHec, environment);
    const gauge = metric('duration', { kind: 'gauge', value: 1.5 });
    const items = [log({ body: 'a' }), gauge, log({ body: 'b' }), gauge];
    const [request] = exporter.encode(items, nowMs);
    const body = { text: 'Incorrect index', code: 7, 'invalid-event-number': 1 };

    expect(request && exporter.judge(answer(400, body), request)).toEqual({
      kind: 'partial',
      again: [items[2]],
      lost: 2,
      reason: `splunk:8088 answered 400: ${JSON.stringify(body)}`,
    });
  });
});
