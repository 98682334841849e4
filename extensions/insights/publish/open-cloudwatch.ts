import { jsonCaller } from '../../../aws-call/call-json.ts';
import { awsEndpoint } from '../../../aws-call/endpoint.ts';
import { openSender } from '../../../aws-call/send.ts';
import type { HostServices, Log, SettingValues } from '../../sdk/index.ts';
import { type settings as declarations, endpointSettings } from '../settings.ts';
import { cloudWatchOutput } from './cloudwatch.ts';
import type { Output } from './output.ts';

/** CloudWatch Logs by signed calls, without the SDK. What it needs is loaded at the first call. */
export function openCloudWatch(
  settings: Pick<SettingValues<typeof declarations>, 'flushIntervalMs' | 'flushTimeoutMs'>,
  { aws, clock, http, lambda, settings: read }: Pick<HostServices, 'aws' | 'clock' | 'http' | 'lambda' | 'settings'>,
  log: Log,
): Output {
  const endpoints = read(endpointSettings);
  const endpoint = (service: 'logs') => awsEndpoint(service, aws.region, endpoints);
  const sender = openSender({
    wallMs: clock.wallMs,
    proxyEnvironment: http.proxyEnvironment,
    longestMs: settings.flushTimeoutMs,
  });
  const call = jsonCaller({
    region: aws.region,
    endpoint: () => endpoint('logs'),
    async send({ method, url, headers, body, sign }, signal) {
      const { signedHeaders } = await import('../../../aws-call/sign.ts');
      const request = { method, url, headers, body: Buffer.from(body) };
      const signed = signedHeaders(request, sign, await aws.credentials(), clock.wallMs());
      return sender.send({ ...request, headers: signed }, signal);
    },
  });
  const { flushIntervalMs: intervalMs, flushTimeoutMs: timeoutMs } = settings;
  return cloudWatchOutput({ call, host: hostOf(endpoint('logs')), lambda, intervalMs, timeoutMs, clock, log });
}

function hostOf(endpoint: string): string {
  return URL.parse(endpoint)?.host ?? endpoint;
}
