import { dynamodb, kafka, kinesis, sns, sqs } from './queues-and-streams.ts';
import { cloudWatchLogs, cognito, eventBridge, s3, schedule } from './storage-and-events.ts';
import { alb, apiGatewayV1, apiGatewayV2, functionUrl } from './web.ts';

const samples: Readonly<Record<string, (nowMs: number) => object>> = {
  alb,
  'apigw-v1': apiGatewayV1,
  'apigw-v2': apiGatewayV2,
  'cloudwatch-logs': cloudWatchLogs,
  cognito,
  dynamodb,
  eventbridge: eventBridge,
  'function-url': functionUrl,
  kafka,
  kinesis,
  s3,
  schedule,
  sns,
  sqs,
};

export const sampleNames: readonly string[] = Object.keys(samples);

/**
 * An event as a source sends it, with ids of its own and the time of now.
 * @throws Error that lists the sources, if there is none of that name.
 */
export function sampleEvent(source: string, nowMs: number): object {
  const sample = Object.hasOwn(samples, source) ? samples[source] : undefined;
  if (sample === undefined) throw new Error(`--sample is "${source}": expected ${sampleNames.join(', ')}.`);
  return sample(nowMs);
}
