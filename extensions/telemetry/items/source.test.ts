import { expect, it } from 'vitest';
import { describeProblem, readSettings } from '../../../foundation/settings.ts';
import { lambdaSource, sourceSettings } from './source.ts';

const identity = { name: 'orders', version: '7', memoryMb: 256, region: 'eu-west-1', instanceId: 'i-1' };
const resource = {
  'cloud.provider': 'aws',
  'cloud.platform': 'aws_lambda',
  'cloud.region': 'eu-west-1',
  'faas.name': 'orders',
  'faas.version': '7',
  'faas.instance': 'i-1',
  'faas.max_memory': 256 * 1024 * 1024,
  'service.name': 'orders',
};

it.each<[string, Record<string, string>, Record<string, unknown>]>([
  ['from what Lambda sets', {}, resource],
  ['with the service’s own name', { OTEL_SERVICE_NAME: 'shop' }, { ...resource, 'service.name': 'shop' }],
  [
    'with the user’s attributes',
    { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod, team=a%2Cb ,service.name=shop,empty=,' },
    { ...resource, 'deployment.environment.name': 'prod', team: 'a,b', empty: '', 'service.name': 'shop' },
  ],
  [
    'with the name that stands by itself before that in the list',
    { OTEL_SERVICE_NAME: 'web', OTEL_RESOURCE_ATTRIBUTES: 'service.name=shop' },
    { ...resource, 'service.name': 'web' },
  ],
])('describes the function %s', (_how, added, expected) => {
  const { values } = readSettings(sourceSettings, added);

  expect(lambdaSource(values, identity).resource).toEqual(expected);
});

it.each(['a=b,c', 'a=%zz'])('ignores all attributes in %s, as OpenTelemetry specifies, and reports that', (text) => {
  const { values, problems } = readSettings(sourceSettings, { OTEL_RESOURCE_ATTRIBUTES: text });

  expect(lambdaSource(values, identity).resource).toEqual(resource);
  expect(problems.map(describeProblem)).toEqual([
    `OTEL_RESOURCE_ATTRIBUTES is "${text}": expected name=value, comma-separated, percent-encoded. Using none.`,
  ]);
});
