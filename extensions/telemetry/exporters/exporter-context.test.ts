import { expect, it } from 'vitest';
import { systemClock } from '../../../foundation/clock.ts';
import { readSettings } from '../../../foundation/settings.ts';
import { log } from '../../../test/support/builders/exporter-items.ts';
import { destinationTypes } from './catalog.ts';
import { exporterContext } from './exporter-context.ts';
import { s3 } from './s3.ts';

const contextOf = (logStream: string, environment: Record<string, string> = {}) =>
  exporterContext(
    {
      clock: systemClock,
      lambda: { name: 'shop', version: '7', memoryMb: 128, logStream },
      aws: { region: 'eu-central-1' },
      settings: (declarations) => readSettings(declarations, environment).values,
    },
    4318,
  );

it('names the environment by its log stream where there is one', () => {
  expect(contextOf('2026/12/01/[7]abc').instanceId).toBe('2026/12/01/[7]abc');
});

it('has another id after a restore, also in the source of what is buffered', () => {
  const context = contextOf('');

  context.renewInstance('new');

  expect([context.instanceId, context.source.resource['faas.instance']]).toEqual(['new', 'new']);
});

it('keeps the name that the owner has given to the instance', () => {
  const context = contextOf('', { OTEL_RESOURCE_ATTRIBUTES: 'faas.instance=mine' });

  context.renewInstance('new');

  expect([context.instanceId, context.source.resource['faas.instance']]).toEqual(['new', 'mine']);
});

it('tells the availability zone when it is known, also in the source of what is buffered', () => {
  const context = contextOf('');
  const { resource } = context.source;

  context.runsIn(undefined);
  const before = Object.keys(resource).includes('cloud.availability_zone');
  context.runsIn('use1-az1');

  expect([before, resource['cloud.availability_zone']]).toEqual([false, 'use1-az1']);
});

it('keeps the availability zone that the owner has given', () => {
  const context = contextOf('', { OTEL_RESOURCE_ATTRIBUTES: 'cloud.availability_zone=us-east-1c' });

  context.runsIn('use1-az1');

  expect(context.source.resource['cloud.availability_zone']).toBe('us-east-1c');
});

it.each([
  ['otlp', { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://o', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }],
  ['new-relic', { NEW_RELIC_LICENSE_KEY: 'k' }],
])('makes %s send the zone and the new instance, although its exporter was made before', async (name, environment) => {
  const context = contextOf('stream-of-the-snapshot');
  const type = await destinationTypes.get(name)?.();
  if (type === undefined) throw new Error(`There is no destination ${name}.`);
  const exporter = type.exporter(readSettings(type.settings, environment).values as never, context);

  context.renewInstance('new');
  context.runsIn('use1-az1');
  const [request] = [...exporter.encode([log({ source: context.source })], 1_700_000_000_000)];

  expect(String(request?.body)).toContain('use1-az1');
  expect(String(request?.body)).not.toContain('stream-of-the-snapshot');
});

it('makes copies of one snapshot write other objects to S3', () => {
  const copies = [contextOf('same'), contextOf('same')];
  const values = readSettings(s3.settings, { TELEMETRY_S3_BUCKET: 'logs' }).values;
  const exporters = copies.map((context) => s3.exporter(values as never, context));
  const keys = () =>
    exporters.map((exporter) => [...exporter.encode([log()], 1_700_000_000_000)].map((request) => request?.url)[0]);
  const [before, otherBefore] = keys();

  for (const [index, context] of copies.entries()) context.renewInstance(`new-${index}`);
  const [after, otherAfter] = keys();

  expect(otherBefore).toBe(before);
  expect(otherAfter).not.toBe(after);
});
