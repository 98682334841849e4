import { expect, it } from 'vitest';
import { metricsService } from './metrics.ts';

it('writes one line in CloudWatch’s embedded metric format for each extension that counted anything', () => {
  const metrics = metricsService(() => 1_700_000_000_000);
  metrics.registry.provide('secrets', () => ({ totals: { hits: 2, misses: 0 }, details: { more: 1 } }));
  metrics.registry.provide('idle', () => ({ totals: { hits: 0 } }));

  const lines = metrics.embeddedMetricLines('my-function').map((line) => JSON.parse(line));

  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: 1_700_000_000_000,
        CloudWatchMetrics: [
          {
            Namespace: 'LambdaNodeExtended',
            Dimensions: [['FunctionName', 'Extension']],
            Metrics: [{ Name: 'hits' }, { Name: 'misses' }],
          },
        ],
      },
      FunctionName: 'my-function',
      Extension: 'secrets',
      hits: 2,
      misses: 0,
    },
  ]);
});
