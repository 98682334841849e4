import { describe, expect, it } from 'vitest';
import { decodeAvailabilityZone, metadataRequest } from './metadata-api.ts';

describe('the request for metadata', () => {
  it('shows the token of the environment', () => {
    expect(
      metadataRequest({ AWS_LAMBDA_METADATA_API: '169.254.100.1:9001', AWS_LAMBDA_METADATA_TOKEN: 'token' }),
    ).toEqual({
      authority: '169.254.100.1:9001',
      method: 'GET',
      path: '/2026-01-15/metadata/execution-environment',
      headers: { authorization: 'Bearer token' },
    });
  });

  it.each([
    {},
    { AWS_LAMBDA_METADATA_API: '169.254.100.1:9001' },
    { AWS_LAMBDA_METADATA_TOKEN: 'token' },
    { AWS_LAMBDA_METADATA_API: '', AWS_LAMBDA_METADATA_TOKEN: '' },
  ])('is not made where the environment has %j', (environment) => {
    expect(metadataRequest(environment)).toBeUndefined();
  });
});

describe('the availability zone', () => {
  it.each([
    [200, '{"AvailabilityZoneID":"use1-az1"}', 'use1-az1'],
    [401, '{"AvailabilityZoneID":"use1-az1"}', undefined],
    [200, '', undefined],
    [200, 'x', undefined],
    [200, 'null', undefined],
    [200, '[]', undefined],
    [200, '{}', undefined],
    [200, '{"AvailabilityZoneID":1}', undefined],
    [200, '{"AvailabilityZoneID":""}', undefined],
  ])('of %i %s is %s', (status, body, zone) => {
    expect(decodeAvailabilityZone({ status, body })).toBe(zone);
  });
});
