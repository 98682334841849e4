import { expect, it } from 'vitest';
import { documentOf } from '../documents/document.ts';
import { measurementsOf } from './measurements.ts';

it('a document becomes gauges and sums, without fields that are no numbers or that telemetry sends itself', () => {
  const fields = { version: '7', cpu_user_time: 40, memory_utilization: 24, billed_duration: 6, request_id: 'a' };

  const measurements = measurementsOf(documentOf(2_000, [], fields), 1_000);

  const common = { startMs: 1_000, timeMs: 2_000, attributes: { 'aws.lambda.version': '7' } };
  expect(measurements).toEqual([
    { name: 'aws.lambda.insights.cpu_user_time', unit: 'ms', kind: 'sum', value: 40, ...common },
    { name: 'aws.lambda.insights.memory_utilization', unit: '%', kind: 'gauge', value: 24, ...common },
  ]);
});
