import { text, truth } from '../../../../foundation/settings.ts';

/** The variables that all SDKs of AWS read; `service` is the end of a variable, e.g. `S3`. */
export function awsSettings(service: string) {
  return {
    serviceEndpoint: text(`AWS_ENDPOINT_URL_${service}`, undefined, 'Endpoint of this service.'),
    endpoint: text('AWS_ENDPOINT_URL', undefined, "Endpoint of AWS's services, e.g. of a stand-in."),
    ignoreEndpoints: truth('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', false, 'Whether the two endpoints do not count.'),
    useFips: truth('AWS_USE_FIPS_ENDPOINT', false, 'Whether to use an endpoint validated for FIPS 140.'),
    useDualstack: truth('AWS_USE_DUALSTACK_ENDPOINT', false, 'Whether to use an endpoint with IPv6.'),
  };
}
