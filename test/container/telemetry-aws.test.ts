import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudwatchLogs } from '../../extensions/telemetry/exporters/cloudwatch-logs.ts';
import { firehose } from '../../extensions/telemetry/exporters/firehose.ts';
import { kinesis } from '../../extensions/telemetry/exporters/kinesis.ts';
import { s3 } from '../../extensions/telemetry/exporters/s3.ts';
import { callMinistack } from '../../scripts/ministack.ts';
import { oneOfEach } from '../support/builders/exporter-items.ts';
import { exporterOf } from '../support/builders/prove-destination.ts';
import { sendTelemetry } from '../support/builders/send-telemetry.ts';
import { type AwsContainer, startAws } from '../support/docker/container-aws.ts';

let aws: AwsContainer;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws[Symbol.asyncDispose]());

/** Ministack takes the region from the signature, and calls without one for those of this region. */
const regionOfUnsigned = 'us-east-1';
const delivered = { kind: 'delivered' };
const messages = oneOfEach.flatMap((item) => (item.signal === 'logs' ? [item.body] : []));

describe('ministack as a mock of AWS', () => {
  it('stores what cloudwatch-logs sends, in a stream that it had to create', async () => {
    const logGroupName = `/telemetry/${randomUUID()}`;
    await callMinistack(aws.url, 'Logs_20140328.CreateLogGroup', { logGroupName });
    const exporter = exporterOf(cloudwatchLogs, {
      TELEMETRY_CLOUDWATCH_LOGS_GROUP: logGroupName,
      TELEMETRY_CLOUDWATCH_LOGS_REGION: regionOfUnsigned,
      AWS_ENDPOINT_URL: aws.url,
    });

    const verdicts = await sendTelemetry(exporter, oneOfEach);

    const { events } = await callMinistack(aws.url, 'Logs_20140328.GetLogEvents', {
      logGroupName,
      logStreamName: 'orders/$LATEST/d0c1b2a3',
      startFromHead: true,
    });
    const stored = (events as { message: string; timestamp: number }[]).map(({ message, timestamp }) => ({
      ...JSON.parse(message),
      timestamp,
    }));
    expect(verdicts).toEqual([expect.objectContaining({ kind: 'prepare' }), delivered]);
    expect(stored).toHaveLength(oneOfEach.length);
    expect(stored[1]).toMatchObject({ message: 'payment failed', timestamp: 1767323045678 });
  });

  it('says of a log group that is missing what cloudwatch-logs takes for a refusal', async () => {
    const exporter = exporterOf(cloudwatchLogs, {
      TELEMETRY_CLOUDWATCH_LOGS_GROUP: 'nowhere',
      AWS_ENDPOINT_URL: aws.url,
    });

    expect(await sendTelemetry(exporter, oneOfEach)).toEqual([expect.objectContaining({ kind: 'refused' })]);
  });

  it('stores what s3 sends, in a key of its hour', async () => {
    const bucket = await createBucket();
    const exporter = exporterOf(s3, {
      TELEMETRY_S3_BUCKET: bucket,
      TELEMETRY_S3_REGION: regionOfUnsigned,
      AWS_ENDPOINT_URL_S3: aws.url,
    });

    const verdicts = await sendTelemetry(exporter, oneOfEach, Date.UTC(2026, 0, 2, 3));

    const [key] = await keysOf(bucket);
    expect(verdicts).toEqual([delivered]);
    expect(key).toBe('telemetry/orders/2026/01/02/03/20260102T030000.000Z-d0c1b2a3-1.json.gz');
    expect(messagesIn(gunzipped(await objectOf(bucket, key ?? '')))).toEqual(messages);
  });

  it('says of a bucket that is missing what s3 takes for a refusal', async () => {
    const exporter = exporterOf(s3, { TELEMETRY_S3_BUCKET: 'nowhere', AWS_ENDPOINT_URL: aws.url });

    expect(await sendTelemetry(exporter, oneOfEach)).toEqual([expect.objectContaining({ kind: 'refused' })]);
  });

  it('stores what kinesis sends', async () => {
    const StreamName = `telemetry-${randomUUID()}`;
    await callMinistack(aws.url, 'Kinesis_20131202.CreateStream', { StreamName, ShardCount: 1 });
    const exporter = exporterOf(kinesis, {
      TELEMETRY_KINESIS_STREAM: StreamName,
      TELEMETRY_KINESIS_REGION: regionOfUnsigned,
      AWS_ENDPOINT_URL: aws.url,
    });

    const verdicts = await sendTelemetry(exporter, oneOfEach);

    const { ShardIterator } = await callMinistack(aws.url, 'Kinesis_20131202.GetShardIterator', {
      StreamName,
      ShardId: 'shardId-000000000000',
      ShardIteratorType: 'TRIM_HORIZON',
    });
    const { Records } = await callMinistack(aws.url, 'Kinesis_20131202.GetRecords', { ShardIterator });
    const lines = (Records as { Data: string }[]).map(({ Data }) => Buffer.from(Data, 'base64').toString());
    expect(verdicts).toEqual([delivered]);
    expect(lines).toHaveLength(oneOfEach.length);
    expect(messagesIn(lines.join(''))).toEqual(messages);
  });

  it.each(['false', 'true'])('delivers what firehose sends to its bucket, aggregated: %s', async (isAggregated) => {
    const bucket = await createBucket();
    const stream = `telemetry-${randomUUID()}`;
    await callMinistack(aws.url, 'Firehose_20150804.CreateDeliveryStream', {
      DeliveryStreamName: stream,
      ExtendedS3DestinationConfiguration: {
        RoleARN: 'arn:aws:iam::000000000000:role/firehose',
        BucketARN: `arn:aws:s3:::${bucket}`,
      },
    });
    const exporter = exporterOf(firehose, {
      TELEMETRY_FIREHOSE_STREAM: stream,
      TELEMETRY_FIREHOSE_REGION: regionOfUnsigned,
      TELEMETRY_FIREHOSE_AGGREGATE: isAggregated,
      AWS_ENDPOINT_URL: aws.url,
    });

    const verdicts = await sendTelemetry(exporter, oneOfEach);

    const objects = await Promise.all((await keysOf(bucket)).map((key) => objectOf(bucket, key)));
    expect(verdicts).toEqual([delivered]);
    expect(objects).toHaveLength(isAggregated === 'true' ? 1 : oneOfEach.length);
    expect(messagesIn(Buffer.concat(objects).toString()).toSorted(byText)).toEqual(messages.toSorted(byText));
  });
});

async function createBucket(): Promise<string> {
  const bucket = `telemetry-${randomUUID()}`;
  const response = await fetch(`${aws.url}/${bucket}`, { method: 'PUT' });
  expect(response.status).toBe(200);
  return bucket;
}

async function keysOf(bucket: string): Promise<string[]> {
  const listing = await (await fetch(`${aws.url}/${bucket}?list-type=2`)).text();
  return [...listing.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key ?? '');
}

/** As it is stored: fetch would unpack what says in a header that it is packed. */
async function objectOf(bucket: string, key: string): Promise<Buffer> {
  const response = await fetch(`${aws.url}/${bucket}/${key}`);
  return Buffer.from(await response.arrayBuffer());
}

function gunzipped(body: Buffer): string {
  return (body[0] === 0x1f ? gunzipSync(body) : body).toString();
}

function messagesIn(lines: string): unknown[] {
  const records = lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return records.flatMap(({ signal, message }) => (signal === 'log' ? [message] : []));
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a).localeCompare(JSON.stringify(b));
}
