import { text, truth } from '../../../sdk/index.ts';

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
