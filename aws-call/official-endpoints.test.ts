import { readFileSync } from 'node:fs';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SSMClient } from '@aws-sdk/client-ssm';
import { assert, boolean, constantFrom, integer, property, record, tuple } from 'fast-check';
import { expect, it } from 'vitest';
import { awsEndpoint } from './endpoint.ts';

/** As the AWS SDK resolves endpoints. */
const official = { secretsmanager: providerOf(new SecretsManagerClient({})), ssm: providerOf(new SSMClient({})) };
const services = ['secretsmanager', 'ssm'] as const;
const flags = [false, true];

function providerOf({ config: { endpointProvider } }: SecretsManagerClient | SSMClient) {
  return (Region: string, UseFIPS: boolean, UseDualStack: boolean) =>
    endpointProvider({ Region, UseFIPS, UseDualStack }).url.origin;
}

function ours(service: (typeof services)[number], region: string, useFips: boolean, useDualstack: boolean): string {
  const none = { serviceEndpoint: undefined, endpoint: undefined, ignoreEndpoints: false };
  return awsEndpoint(service, region, { ...none, useFips, useDualstack });
}

/** All that the SDK knows. */
function knownRegions(): string[] {
  const partitions = new URL(
    '../node_modules/@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js',
    import.meta.url,
  );
  const keys = readFileSync(partitions, 'utf8').matchAll(/"(\w+(?:-\w+)+-\d)": \{/g);
  return [...new Set([...keys].map(([, region = '']) => region))];
}

it.each(services)(
  'finds %s where the AWS SDK does, in every region, with and without FIPS and dual stack',
  (service) => {
    const cases = knownRegions().flatMap((region) =>
      flags.flatMap((useFips) => flags.map((useDualstack) => [region, useFips, useDualstack] as const)),
    );

    const found = cases.map((one) => [...one, ours(service, ...one)]);

    expect(found.length).toBeGreaterThan(4 * 40);
    expect(found).toEqual(cases.map((one) => [...one, official[service](...one)]));
  },
);

it('finds them where the AWS SDK does in regions that are yet to come', async () => {
  const prefix = constantFrom(
    'us',
    'eu',
    'ap',
    'il',
    'mx',
    'cn',
    'eusc-de',
    'us-gov',
    'us-iso',
    'us-isob',
    'us-isof',
    'eu-isoe',
  );
  const newRegion = tuple(prefix, constantFrom('east', 'west', 'north', 'southwest'), integer({ min: 1, max: 9 })).map(
    (parts) => parts.join('-'),
  );
  const one = record({ service: constantFrom(...services), newRegion, useFips: boolean(), useDualstack: boolean() });

  await assert(
    property(one, ({ service, newRegion, useFips, useDualstack }) => {
      expect(ours(service, newRegion, useFips, useDualstack)).toBe(official[service](newRegion, useFips, useDualstack));
    }),
  );
});
