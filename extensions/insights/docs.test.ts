import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { managedInstanceDocument } from './documents/managed-instance.ts';

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
const page = read('docs/insights.md');
const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => JSON.parse(text));
const golden = JSON.parse(read('test/fixtures/insights/on-demand.json'));

it('the policy in the docs allows the calls that are made, but CreateLogGroup, which it says', () => {
  const [policy] = blocks;
  const calls = [...read('extensions/insights/publish/put-log-events.ts').matchAll(/operation\('(\w+)'/g)];

  const made = new Set(calls.map(([, name]) => `logs:${name}`));
  expect(new Set([...policy.Statement[0].Action, 'logs:CreateLogGroup'])).toEqual(made);
});

it('the dashboard in the docs shows metrics that the events announce', () => {
  const [, dashboard] = blocks;
  const shown = dashboard.widgets.flatMap((widget: { properties: { metrics: unknown[][] } }) =>
    widget.properties.metrics.flatMap(([namespace, name]) => (namespace === 'LambdaInsights' ? [name] : [])),
  );

  const announced = golden._aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => Name);
  expect(announced).toEqual(expect.arrayContaining(shown));
  expect(shown.length).toBeGreaterThan(3);
});

it('each field of an event of an invocation is explained', () => {
  for (const field of Object.keys(golden)) {
    if (['_aws', 'event_type', 'function_name', 'version', 'request_id', 'trace_id'].includes(field)) continue;
    expect(page).toContain(`\`${field}\``);
  }
});

it('each field that only events of intervals have is explained', () => {
  const interval = { startMs: 0, endMs: 1, isFirst: true, usage: { memoryBytes: 1 }, cpuPercent: 1 };
  const document = managedInstanceDocument(
    { ...interval, cpuMaxPercent: 1, memoryAverageBytes: 1 },
    { functionName: 'orders', functionVersion: '7', agentVersion: '0', memoryMb: 128 },
  );

  for (const field of Object.keys(document).filter((name) => !(name in golden))) expect(page).toContain(`\`${field}`);
});
