import { expect, it } from 'vitest';
import { availabilityZones, zonePrefixOf } from './availability-zone.ts';

it.each([
  ['us-east-1', 'use1'],
  ['eu-central-1', 'euc1'],
  ['ap-southeast-2', 'apse2'],
  ['us-gov-west-1', 'usgw1'],
  ['cn-north-1', 'cnn1'],
])('shortens %s in ids of zones to %s, as AWS does', (region, prefix) => {
  expect(zonePrefixOf(region)).toBe(prefix);
});

it('is in another zone after a restore', () => {
  const zones = availabilityZones('us-east-1');
  const before = zones.current();

  zones.move();

  expect([before, zones.current()]).toEqual(['use1-az1', 'use1-az2']);
});
