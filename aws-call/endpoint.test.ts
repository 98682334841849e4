import { expect, it } from 'vitest';
import { type AwsEndpointSettings, awsEndpoint, s3BucketUrl } from './endpoint.ts';

const plain: AwsEndpointSettings = {
  serviceEndpoint: undefined,
  endpoint: undefined,
  ignoreEndpoints: false,
  useFips: false,
  useDualstack: false,
};
const forms = [
  plain,
  { ...plain, useDualstack: true },
  { ...plain, useFips: true },
  { ...plain, useFips: true, useDualstack: true },
];

// As botocore 1.40 answers from AWS's own rules for endpoints.
it.each([
  [
    'us-east-1',
    [
      'logs.us-east-1.amazonaws.com',
      'logs.us-east-1.api.aws',
      'logs-fips.us-east-1.amazonaws.com',
      'logs-fips.us-east-1.api.aws',
    ],
  ],
  [
    'cn-north-1',
    [
      'logs.cn-north-1.amazonaws.com.cn',
      'logs.cn-north-1.api.amazonwebservices.com.cn',
      'logs-fips.cn-north-1.amazonaws.com.cn',
      'logs-fips.cn-north-1.api.amazonwebservices.com.cn',
    ],
  ],
  [
    'us-gov-west-1',
    [
      'logs.us-gov-west-1.amazonaws.com',
      'logs.us-gov-west-1.api.aws',
      'logs.us-gov-west-1.amazonaws.com',
      'logs-fips.us-gov-west-1.api.aws',
    ],
  ],
  [
    'us-iso-east-1',
    [
      'logs.us-iso-east-1.c2s.ic.gov',
      'logs.us-iso-east-1.api.aws.ic.gov',
      'logs-fips.us-iso-east-1.c2s.ic.gov',
      'logs-fips.us-iso-east-1.api.aws.ic.gov',
    ],
  ],
  [
    'us-isob-east-1',
    [
      'logs.us-isob-east-1.sc2s.sgov.gov',
      'logs.us-isob-east-1.api.aws.scloud',
      'logs-fips.us-isob-east-1.sc2s.sgov.gov',
      'logs-fips.us-isob-east-1.api.aws.scloud',
    ],
  ],
  [
    'us-isof-south-1',
    [
      'logs.us-isof-south-1.csp.hci.ic.gov',
      'logs.us-isof-south-1.api.aws.hci.ic.gov',
      'logs-fips.us-isof-south-1.csp.hci.ic.gov',
      'logs-fips.us-isof-south-1.api.aws.hci.ic.gov',
    ],
  ],
  [
    'eu-isoe-west-1',
    [
      'logs.eu-isoe-west-1.cloud.adc-e.uk',
      'logs.eu-isoe-west-1.api.cloud-aws.adc-e.uk',
      'logs-fips.eu-isoe-west-1.cloud.adc-e.uk',
      'logs-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk',
    ],
  ],
  [
    'eusc-de-east-1',
    [
      'logs.eusc-de-east-1.amazonaws.eu',
      'logs.eusc-de-east-1.api.amazonwebservices.eu',
      'logs-fips.eusc-de-east-1.amazonaws.eu',
      'logs-fips.eusc-de-east-1.api.amazonwebservices.eu',
    ],
  ],
])('finds CloudWatch Logs in %s: plain, dual stack, FIPS, both', (region, hosts) => {
  expect(forms.map((form) => awsEndpoint('logs', region, form))).toEqual(hosts.map((host) => `https://${host}`));
});

it.each([
  [
    'eu-central-1',
    [
      'firehose.eu-central-1.amazonaws.com',
      'firehose.eu-central-1.api.aws',
      'firehose-fips.eu-central-1.amazonaws.com',
      'firehose-fips.eu-central-1.api.aws',
    ],
  ],
  [
    'us-gov-east-1',
    [
      'firehose.us-gov-east-1.amazonaws.com',
      'firehose.us-gov-east-1.api.aws',
      'firehose-fips.us-gov-east-1.amazonaws.com',
      'firehose-fips.us-gov-east-1.api.aws',
    ],
  ],
])('finds Firehose in %s', (region, hosts) => {
  expect(forms.map((form) => awsEndpoint('firehose', region, form))).toEqual(hosts.map((host) => `https://${host}`));
});

it.each([
  [
    'my-bucket',
    'us-east-1',
    [
      'my-bucket.s3.us-east-1.amazonaws.com',
      'my-bucket.s3.dualstack.us-east-1.amazonaws.com',
      'my-bucket.s3-fips.us-east-1.amazonaws.com',
      'my-bucket.s3-fips.dualstack.us-east-1.amazonaws.com',
    ],
  ],
  [
    'my-bucket',
    'us-gov-west-1',
    [
      'my-bucket.s3.us-gov-west-1.amazonaws.com',
      'my-bucket.s3.dualstack.us-gov-west-1.amazonaws.com',
      'my-bucket.s3-fips.us-gov-west-1.amazonaws.com',
      'my-bucket.s3-fips.dualstack.us-gov-west-1.amazonaws.com',
    ],
  ],
  [
    'my.bucket',
    'us-east-1',
    [
      's3.us-east-1.amazonaws.com/my.bucket',
      's3.dualstack.us-east-1.amazonaws.com/my.bucket',
      's3-fips.us-east-1.amazonaws.com/my.bucket',
      's3-fips.dualstack.us-east-1.amazonaws.com/my.bucket',
    ],
  ],
])('finds the bucket %s in %s', (bucket, region, hosts) => {
  expect(forms.map((form) => s3BucketUrl(bucket, region, form))).toEqual(hosts.map((host) => `https://${host}`));
});

it('prefers the endpoint of the service to the one of all, unless told to ignore both', () => {
  const both = { ...plain, serviceEndpoint: 'http://logs:1/', endpoint: 'http://all:2' };

  expect(awsEndpoint('logs', 'eu-west-1', both)).toBe('http://logs:1');
  expect(s3BucketUrl('my-bucket', 'eu-west-1', { ...plain, endpoint: 'http://all:2' })).toBe('http://all:2/my-bucket');
  expect(awsEndpoint('logs', 'eu-west-1', { ...both, ignoreEndpoints: true })).toBe(
    'https://logs.eu-west-1.amazonaws.com',
  );
});
