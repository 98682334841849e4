import { describe, expect, it } from 'vitest';
import { answer, exporterOf, log, nowMs, proveDestination } from '../../../test/support/builders/exporters.ts';
import { cloudwatchLogs } from './cloudwatch-logs.ts';

const environment = { TELEMETRY_CLOUDWATCH_LOGS_GROUP: '/telemetry/orders' };
const hourMs = 3_600_000;
const refusal = (type: string) => answer(400, { __type: type, message: 'of AWS' });

describe('cloudwatch-logs', () => {
  proveDestination({
    type: cloudwatchLogs,
    environment,
    near: { longest: 1_200_000, most: 12_000 },
    order: (items) => items.toSorted((a, b) => a.timeMs - b.timeMs),
    expectWithinLimits({ body }) {
      const { logEvents } = JSON.parse(String(body)) as { logEvents: { timestamp: number; message: string }[] };
      const times = logEvents.map(({ timestamp }) => timestamp);
      const bytes = logEvents.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0);
      expect(bytes).toBeLessThanOrEqual(1_048_576);
      expect(logEvents.length).toBeLessThanOrEqual(10_000);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeLessThan(24 * hourMs);
    },
  });

  it('sorts by time, and splits batches that span more than a day', () => {
    const [late, early, next] = [log({ timeMs: hourMs }), log({ timeMs: 0 }), log({ timeMs: 25 * hourMs })];

    const requests = exporterOf(cloudwatchLogs, environment).encode([late, early, next], nowMs);

    expect(requests.map(({ items }) => items)).toEqual([[early, late], [next]]);
  });

  it('creates the stream when it is missing', () => {
    const exporter = exporterOf(cloudwatchLogs, environment);
    const [request] = exporter.encode([log()], nowMs);

    expect(request && exporter.judge(refusal('ResourceNotFoundException'), request)).toMatchObject({ kind: 'prepare' });
    expect(request?.preparation).toEqual([
      {
        url: 'https://logs.eu-central-1.amazonaws.com/',
        headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.CreateLogStream' },
        body: '{"logGroupName":"/telemetry/orders","logStreamName":"orders/$LATEST/d0c1b2a3"}',
        compression: 'none',
        sign: { service: 'logs', region: 'eu-central-1' },
        items: [],
      },
    ]);
  });

  it.each([
    [{ tooOldLogEventEndIndex: 1 }, 1],
    [{ expiredLogEventEndIndex: 2, tooOldLogEventEndIndex: 1 }, 2],
    [{ tooNewLogEventStartIndex: 2 }, 1],
    [{ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 }, 2],
  ])('counts as lost what CloudWatch says it rejected: %j', (rejectedLogEventsInfo, lost) => {
    const exporter = exporterOf(cloudwatchLogs, environment);
    const [request] = exporter.encode([log(), log(), log()], nowMs);

    expect(request && exporter.judge(answer(200, { rejectedLogEventsInfo }), request)).toMatchObject({
      kind: 'partial',
      again: [],
      lost,
    });
  });

  it.each([
    [200, { nextSequenceToken: '1' }, 'delivered'],
    [400, { __type: 'DataAlreadyAcceptedException' }, 'delivered'],
    [400, { __type: 'com.amazonaws.logs#ThrottlingException' }, 'retry'],
    [400, { __type: 'ServiceUnavailableException' }, 'retry'],
    [500, '', 'retry'],
    [400, { __type: 'InvalidParameterException' }, 'rejected'],
    [400, { __type: 'AccessDeniedException' }, 'refused'],
    [400, { __type: 'ResourceNotFoundException', message: 'The specified log group does not exist.' }, 'refused'],
    [400, { __type: 'ResourceNotFoundException', message: 'The specified log stream does not exist.' }, 'prepare'],
    [400, { __type: 'ExpiredTokenException' }, 'refused'],
  ])('judges %i %j as %s', (status, body, kind) => {
    const exporter = exporterOf(cloudwatchLogs, environment);
    const [request] = exporter.encode([log()], nowMs);

    expect(request && exporter.judge(answer(status, body), request)).toMatchObject({ kind });
  });
});
