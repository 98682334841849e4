import { expect, it } from 'vitest';
import { startHttpServer } from '../../../test/support/servers/http-server.ts';
import { metricsService } from './metrics.ts';

it('writes one line in CloudWatch’s embedded metric format for each extension that counted anything', () => {
  const metrics = metricsService(() => 1_700_000_000_000);
  metrics.registry.provide('secrets', () => ({ totals: { hits: 2, misses: 0 }, details: { more: 1 } }));
  metrics.registry.provide('idle', () => ({ totals: { hits: 0 } }));

  metrics.registry.provide('broken', () => {
    throw new Error('nothing counted');
  });
  const complained: unknown[] = [];

  const lines = metrics
    .embeddedMetricLines('my-function', (...what) => complained.push(what))
    .map((line) => JSON.parse(line));

  expect(complained).toEqual([['broken', new Error('nothing counted')]]);

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

it('hands on what is posted to the path of an extension, up to 4 KiB', async () => {
  const metrics = metricsService(() => 0);
  const taken: string[] = [];
  metrics.registry.receive('/own', (body) => void taken.push(body));
  await using server = await startHttpServer((request, response) => void metrics.handle(request, response));
  const post = (path: string, body: string) =>
    fetch(`http://127.0.0.1:${server.port}${path}`, { method: 'POST', body }).then(({ status }) => status);

  const statuses = [await post('/own', 'a'), await post('/own', 'x'.repeat(5_000)), await post('/other', 'b')];

  expect(statuses).toEqual([204, 204, 404]);
  expect(taken).toEqual(['a']);
});
