import { text, truth } from '../foundation/settings.ts';

/** What the variables say that all SDKs of AWS read, e.g. `AWS_ENDPOINT_URL` and `AWS_USE_FIPS_ENDPOINT`. */
export interface AwsEndpointSettings {
  readonly serviceEndpoint: string | undefined;
  readonly endpoint: string | undefined;
  readonly ignoreEndpoints: boolean;
  readonly useFips: boolean;
  readonly useDualstack: boolean;
}

export type AwsService = 'logs' | 'firehose' | 'kinesis' | 'secretsmanager' | 'ssm' | 'kms';

/** The variables that all SDKs of AWS read; `service` is the end of a variable, e.g. `S3`. */
export function awsSettings(service: string) {
  return {
    serviceEndpoint: text(`AWS_ENDPOINT_URL_${service}`, undefined, 'The endpoint of this service.'),
    endpoint: text('AWS_ENDPOINT_URL', undefined, 'The endpoint of all AWS services, e.g. of a mock.'),
    ignoreEndpoints: truth('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', false, 'Ignores both of these endpoints.'),
    useFips: truth('AWS_USE_FIPS_ENDPOINT', false, 'Uses endpoints that are validated for FIPS 140.'),
    useDualstack: truth('AWS_USE_DUALSTACK_ENDPOINT', false, 'Uses endpoints that also take IPv6.'),
  };
}

/** The names of services in the variables of AWS's SDKs. */
export const endpointVariables = {
  secretsmanager: 'SECRETS_MANAGER',
  ssm: 'SSM',
  kms: 'KMS',
  logs: 'CLOUDWATCH_LOGS',
  kinesis: 'KINESIS',
} as const;

/** Where a service listens in a region, e.g. `https://logs.eu-central-1.amazonaws.com`. */
export function awsEndpoint(service: AwsService, region: string, settings: AwsEndpointSettings): string {
  const configured = configuredEndpoint(settings);
  if (configured !== undefined) return configured;
  const { useFips, useDualstack } = settings;
  const { suffix, dualstackSuffix } = partitionOf(region);
  const isPlainFips = PLAIN_FIPS.has(service) && region.startsWith('us-gov-') && !useDualstack;
  const name = useFips && !isPlainFips ? `${service}-fips` : service;
  return `https://${name}.${region}.${useDualstack && !isPlainDualstack(service, region, useFips) ? dualstackSuffix : suffix}`;
}

/** The plain endpoints of Secrets Manager take IPv6, too, but those of the isolated partitions; in China not the ones for FIPS. */
function isPlainDualstack(service: AwsService, region: string, useFips: boolean): boolean {
  if (service !== 'secretsmanager') return false;
  return region.startsWith('cn-') ? !useFips : partitionOf(region) === AWS;
}

/** Where a bucket is, without the object's key. A name with dots stands in the path: no certificate covers it as a host. */
export function s3BucketUrl(bucket: string, region: string, settings: AwsEndpointSettings): string {
  const configured = configuredEndpoint(settings);
  if (configured !== undefined) return `${configured}/${bucket}`;
  const { useFips, useDualstack } = settings;
  const host = `${useFips ? 's3-fips' : 's3'}.${useDualstack ? 'dualstack.' : ''}${region}.${partitionOf(region).suffix}`;
  return bucket.includes('.') ? `https://${host}/${bucket}` : `https://${bucket}.${host}`;
}

function configuredEndpoint({ serviceEndpoint, endpoint, ignoreEndpoints }: AwsEndpointSettings): string | undefined {
  return ignoreEndpoints ? undefined : (serviceEndpoint ?? endpoint)?.replace(/\/+$/, '');
}

function partitionOf(region: string): { suffix: string; dualstackSuffix: string } {
  const known = PARTITIONS.find(([prefix]) => region.startsWith(prefix));
  return known === undefined ? AWS : { suffix: known[1], dualstackSuffix: known[2] };
}

const AWS = { suffix: 'amazonaws.com', dualstackSuffix: 'api.aws' };
/** Services whose plain endpoints in GovCloud are the validated ones. */
const PLAIN_FIPS: ReadonlySet<AwsService> = new Set(['logs', 'ssm']);
/** Regions of another DNS suffix than AWS's common one, as botocore 1.40 has them. */
const PARTITIONS = [
  ['cn-', 'amazonaws.com.cn', 'api.amazonwebservices.com.cn'],
  ['eusc-', 'amazonaws.eu', 'api.amazonwebservices.eu'],
  ['us-iso-', 'c2s.ic.gov', 'api.aws.ic.gov'],
  ['us-isob-', 'sc2s.sgov.gov', 'api.aws.scloud'],
  ['us-isof-', 'csp.hci.ic.gov', 'api.aws.hci.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk'],
] as const;
