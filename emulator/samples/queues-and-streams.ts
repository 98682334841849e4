import { ACCOUNT, arn, base64, hex, md5, ORDER, REGION, uuid } from './identity.ts';

export function sqs(nowMs: number): object {
  const body = JSON.stringify(ORDER);
  return {
    Records: [
      {
        messageId: uuid(),
        receiptHandle: base64(hex(64)),
        body,
        attributes: {
          ApproximateReceiveCount: '1',
          SentTimestamp: String(nowMs - 50),
          SenderId: ACCOUNT,
          ApproximateFirstReceiveTimestamp: String(nowMs),
        },
        messageAttributes: {},
        md5OfBody: md5(body),
        eventSource: 'aws:sqs',
        eventSourceARN: arn('sqs', 'orders'),
        awsRegion: REGION,
      },
    ],
  };
}

export function sns(nowMs: number): object {
  const topic = arn('sns', 'orders');
  const subscription = `${topic}:${uuid()}`;
  const url = `https://sns.${REGION}.amazonaws.com`;
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: subscription,
        Sns: {
          Type: 'Notification',
          MessageId: uuid(),
          TopicArn: topic,
          Subject: 'An order',
          Message: JSON.stringify(ORDER),
          Timestamp: new Date(nowMs).toISOString(),
          SignatureVersion: '1',
          Signature: base64(hex(128)),
          SigningCertUrl: `${url}/SimpleNotificationService-${hex(32)}.pem`,
          UnsubscribeUrl: `${url}/?Action=Unsubscribe&SubscriptionArn=${subscription}`,
          MessageAttributes: {},
        },
      },
    ],
  };
}

export function kinesis(nowMs: number): object {
  const sequenceNumber = `4959033827149025660855969253836157109592157598913${nowMs % 10_000_000}`;
  const shard = 'shardId-000000000000';
  return {
    Records: [
      {
        kinesis: {
          kinesisSchemaVersion: '1.0',
          partitionKey: ORDER.orderId,
          sequenceNumber,
          data: base64(JSON.stringify(ORDER)),
          approximateArrivalTimestamp: nowMs / 1_000,
        },
        eventSource: 'aws:kinesis',
        eventVersion: '1.0',
        eventID: `${shard}:${sequenceNumber}`,
        eventName: 'aws:kinesis:record',
        invokeIdentityArn: `arn:aws:iam::${ACCOUNT}:role/lambda-role`,
        awsRegion: REGION,
        eventSourceARN: arn('kinesis', 'stream/orders'),
      },
    ],
  };
}

export function dynamodb(nowMs: number): object {
  return {
    Records: [
      {
        eventID: hex(32),
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: REGION,
        dynamodb: {
          ApproximateCreationDateTime: Math.floor(nowMs / 1_000),
          Keys: { orderId: { S: ORDER.orderId } },
          NewImage: { orderId: { S: ORDER.orderId }, items: { L: ORDER.items.map((item) => ({ S: item })) } },
          SequenceNumber: String(nowMs),
          SizeBytes: 35,
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
        eventSourceARN: arn('dynamodb', `table/orders/stream/${new Date(nowMs).toISOString().slice(0, -1)}`),
      },
    ],
  };
}

export function kafka(nowMs: number): object {
  return {
    eventSource: 'aws:kafka',
    eventSourceArn: arn('kafka', `cluster/orders/${uuid()}-1`),
    bootstrapServers: `b-1.orders.${hex(6)}.c1.kafka.${REGION}.amazonaws.com:9092`,
    records: {
      'orders-0': [
        {
          topic: 'orders',
          partition: 0,
          offset: 15,
          timestamp: nowMs,
          timestampType: 'CREATE_TIME',
          key: base64(ORDER.orderId),
          value: base64(JSON.stringify(ORDER)),
          headers: [],
        },
      ],
    },
  };
}
