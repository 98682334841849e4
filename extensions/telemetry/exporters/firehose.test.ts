import { describe, expect, it } from 'vitest';
import { answer, bytesOf, exporterOf, log, nowMs, proveDestination } from '../../../test/support/builders/exporters.ts';
import type { ExportRequest } from './exporter.ts';
import { firehose } from './firehose.ts';

const environment = { TELEMETRY_FIREHOSE_STREAM: 'telemetry' };
const aggregating = { ...environment, TELEMETRY_FIREHOSE_AGGREGATE: 'true' };
const recordsOf = ({ body }: ExportRequest) =>
  (JSON.parse(String(body)).Records as { Data: string }[]).map(({ Data }) => Buffer.from(Data, 'base64'));
const linesOf = (record: Buffer) =>
  record
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

function expectWithinLimits(request: ExportRequest): void {
  const records = recordsOf(request);
  expect(bytesOf(request)).toBeLessThanOrEqual(4 * 1_024 * 1_024);
  expect(records.length).toBeLessThanOrEqual(500);
  expect(Math.max(...records.map((record) => record.length))).toBeLessThanOrEqual(1_000 * 1_024);
  expect(records.flatMap(linesOf)).toHaveLength(request.items.length);
}

describe('firehose', () => {
  proveDestination({
    type: firehose,
    environment,
    near: { longest: 1_200_000, most: 1_500 },
    expectWithinLimits,
  });
});

describe('firehose, with many lines in a record', () => {
  proveDestination({
    type: { ...firehose, name: 'firehose-aggregated' },
    environment: aggregating,
    near: { longest: 1_200_000, most: 5_000 },
    expectWithinLimits,
  });

  it('makes one record of many lines', () => {
    const [request] = exporterOf(firehose, aggregating).encode([log({ body: 'a' }), log({ body: 'b' })], nowMs);

    const [record, ...others] = request === undefined ? [] : recordsOf(request);
    expect(others).toEqual([]);
    expect(record && linesOf(record)).toMatchObject([{ message: 'a' }, { message: 'b' }]);
  });
});

describe('the answer of Firehose', () => {
  const failed = { ErrorCode: 'ServiceUnavailableException', ErrorMessage: 'Slow down.' };

  it('makes the records that failed be sent again', () => {
    const exporter = exporterOf(firehose, environment);
    const items = [log({ body: 'a' }), log({ body: 'b' }), log({ body: 'c' })];
    const [request] = exporter.encode(items, nowMs);
    const body = { FailedPutCount: 2, RequestResponses: [failed, { RecordId: '1' }, failed] };

    expect(request && exporter.judge(answer(200, body), request)).toEqual({
      kind: 'partial',
      again: [items[0], items[2]],
      lost: 0,
      reason: 'Firehose took all but 2: ServiceUnavailableException: Slow down.',
    });
  });

  it('makes all lines of a record that failed be sent again', () => {
    const exporter = exporterOf(firehose, aggregating);
    const items = [log({ body: 'a'.repeat(700_000) }), log({ body: 'b'.repeat(700_000) }), log({ body: 'c' })];
    const [request] = exporter.encode(items, nowMs);
    const body = { FailedPutCount: 1, RequestResponses: [{ RecordId: '1' }, failed] };

    expect(request && exporter.judge(answer(200, body), request)).toMatchObject({ again: [items[1], items[2]] });
  });

  it.each([
    [200, { FailedPutCount: 0, RequestResponses: [] }, 'delivered'],
    [400, { __type: 'ResourceNotFoundException' }, 'refused'],
    [400, { __type: 'InvalidKMSResourceException' }, 'refused'],
    [500, { __type: 'InternalFailure' }, 'retry'],
    [400, { __type: 'LimitExceededException' }, 'retry'],
    [400, { __type: 'InvalidArgumentException' }, 'rejected'],
  ])('is judged: %i %j is %s', (status, body, kind) => {
    const exporter = exporterOf(firehose, environment);
    const [request] = exporter.encode([log()], nowMs);

    expect(request && exporter.judge(answer(status, body), request)).toMatchObject({ kind });
  });
});
