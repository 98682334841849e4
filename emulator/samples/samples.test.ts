import { createHash } from 'node:crypto';
import * as schemas from '@aws-lambda-powertools/parser/schemas';
import { expect, it } from 'vitest';
import { sampleEvent, sampleNames } from './samples.ts';

const NOW_MS = Date.UTC(2026, 10, 30, 12);

/** AWS's own description of each event. */
const parsers: Readonly<Record<string, { parse(event: unknown): unknown }>> = {
  alb: schemas.AlbSchema,
  'apigw-v1': schemas.APIGatewayProxyEventSchema,
  'apigw-v2': schemas.APIGatewayProxyEventV2Schema,
  'cloudwatch-logs': schemas.CloudWatchLogsSchema,
  cognito: schemas.PreSignupTriggerSchema,
  dynamodb: schemas.DynamoDBStreamSchema,
  eventbridge: schemas.EventBridgeSchema,
  'function-url': schemas.LambdaFunctionUrlSchema,
  kafka: schemas.KafkaMskEventSchema,
  kinesis: schemas.KinesisDataStreamSchema,
  s3: schemas.S3Schema,
  schedule: schemas.EventBridgeSchema,
  sns: schemas.SnsSchema,
  sqs: schemas.SqsSchema,
};

it.each(sampleNames)('the sample of %s is an event for the parser of Powertools', (name) => {
  expect(() => parsers[name]?.parse(sampleEvent(name, NOW_MS))).not.toThrow();
  expect(parsers[name]).toBeDefined();
});

it.each(sampleNames)('the sample of %s says nothing that JSON would lose', (name) => {
  const event = sampleEvent(name, NOW_MS);

  expect(JSON.parse(JSON.stringify(event))).toEqual(event);
});

it('two samples have ids of their own, as functions that forget what they have seen need', () => {
  const [first, second] = [sampleEvent('sqs', NOW_MS), sampleEvent('sqs', NOW_MS)] as {
    Records: { messageId: string; body: string; md5OfBody: string }[];
  }[];

  expect(first?.Records[0]?.messageId).not.toBe(second?.Records[0]?.messageId);
  expect(first?.Records[0]?.md5OfBody).toBe(
    createHash('md5')
      .update(first?.Records[0]?.body ?? '')
      .digest('hex'),
  );
});

it('an unknown source is refused with the list of those that exist', () => {
  expect(() => sampleEvent('toString', NOW_MS)).toThrow(/^--sample is "toString": expected alb, apigw-v1, .*sqs\.$/);
});
