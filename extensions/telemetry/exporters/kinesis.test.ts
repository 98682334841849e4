import { describe, expect, it } from 'vitest';
import { answer, bytesOf, exporterOf, log, nowMs, proveDestination } from '../../../test/support/builders/exporters.ts';
import { kinesis } from './kinesis.ts';

const environment = { TELEMETRY_KINESIS_STREAM: 'telemetry' };
interface Record_ {
  readonly PartitionKey: string;
  readonly Data: string;
}
const recordsOf = (body: unknown): Record_[] => JSON.parse(String(body)).Records;

describe('kinesis', () => {
  proveDestination({
    type: kinesis,
    environment,
    near: { longest: 1_200_000, most: 600 },
    expectWithinLimits(request) {
      const records = recordsOf(request.body);
      expect(records.length).toBeLessThanOrEqual(500);
      expect(bytesOf(request)).toBeLessThanOrEqual(5 * 1_024 * 1_024 + 4_096);
      for (const { PartitionKey, Data } of records) {
        const bytes = Buffer.from(Data, 'base64').length + Buffer.byteLength(PartitionKey);
        expect(bytes).toBeLessThanOrEqual(1_048_576);
        expect(PartitionKey.length).toBeLessThanOrEqual(256);
      }
    },
  });

  it('takes longer records if the owner of the stream allows them', () => {
    const exporter = exporterOf(kinesis, { ...environment, TELEMETRY_KINESIS_MAX_RECORD_BYTES: '10485760' });
    const [request] = exporter.encode([log({ body: 'x'.repeat(3_000_000) })], nowMs);

    expect(Buffer.from(recordsOf(request?.body)[0]?.Data ?? '', 'base64').length).toBeGreaterThan(3_000_000);
  });

  it('sends only the failed records again, under other keys, so that another shard may take them', () => {
    const exporter = exporterOf(kinesis, environment);
    const items = [log({ body: 'a' }), log({ body: 'b' }), log({ body: 'c' })];
    const [request] = exporter.encode(items, nowMs);
    if (request === undefined) throw new Error('there is no request');
    const busy = { ErrorCode: 'ProvisionedThroughputExceededException', ErrorMessage: 'Rate exceeded' };
    const body = { FailedRecordCount: 1, Records: [{ ShardId: '1' }, busy, { ShardId: '2' }] };

    expect(exporter.judge(answer(200, body), request)).toEqual({
      kind: 'partial',
      again: [items[1]],
      lost: 0,
      reason: 'Kinesis took all but 1: ProvisionedThroughputExceededException: Rate exceeded',
    });
    const [again] = exporter.encode([items[1] ?? log()], nowMs);
    expect(recordsOf(request.body).map(({ PartitionKey }) => PartitionKey)).not.toContain(
      recordsOf(again?.body)[0]?.PartitionKey,
    );
  });
});
