import { expect, it } from 'vitest';
import { systemClock } from '../../../foundation/clock.ts';
import { readSettings } from '../../../foundation/settings.ts';
import { log } from '../../../test/support/builders/exporter-items.ts';
import type { HostServices } from '../../sdk/index.ts';
import { destinationTypes } from '../exporters/catalog.ts';
import { exporterContext } from '../exporters/exporter-context.ts';
import { referenceResolver } from './references.ts';
import { resolvedExporter } from './resolved-exporter.ts';

const settings: HostServices['settings'] = (declarations) => readSettings(declarations, {}).values;
const silent = { error() {}, warn() {}, info() {}, debug() {} };

it.each([
  ['cloudwatch-logs', { logGroup: 'g' }],
  ['new-relic', { licenseKey: 'k' }],
  ['http', { url: 'https://h/{instance}' }],
  ['sumo-http', { url: 'https://s', sourceName: '{instance}' }],
  ['kinesis', { stream: 's' }],
])('sends by %s what names the environment that was restored, not the one of the snapshot', async (name, texts) => {
  const lambda = { name: 'shop', version: '7', memoryMb: 128, logStream: 'of-the-snapshot' };
  const context = exporterContext({ clock: systemClock, lambda, aws: { region: 'eu-central-1' }, settings }, 4318);
  const type = await destinationTypes.get(name)?.();
  if (type === undefined) throw new Error(`There is no ${name}`);
  const configured = { name, type, texts, where: name, given: new Set<string>() };
  const aws = () => Promise.reject(new Error('nothing is read'));
  const resolver = referenceResolver({ aws, functionName: 'shop', warn() {} });
  const { exporter } = await resolvedExporter(configured, context, resolver, silent);
  const sent = async () => {
    const { encode } = await exporter(AbortSignal.timeout(5_000));
    return JSON.stringify([...encode([log({ source: context.source })], 1_700_000_000_000)]);
  };
  const before = await sent();

  context.renewInstance('renewed');

  expect(before).toContain('of-the-snapshot');
  const after = await sent();
  expect(after).toContain('renewed');
  expect(after).not.toContain('of-the-snapshot');
});
