import { gzipSync } from 'node:zlib';
import { ACCOUNT, arn, hex, md5, ORDER, REGION, uuid } from './identity.ts';

export function s3(nowMs: number): object {
  const content = JSON.stringify(ORDER);
  const bucket = 'orders-bucket';
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: REGION,
        eventTime: new Date(nowMs).toISOString(),
        eventName: 'ObjectCreated:Put',
        userIdentity: { principalId: `AWS:AIDA${hex(16).toUpperCase()}` },
        requestParameters: { sourceIPAddress: '203.0.113.7' },
        responseElements: { 'x-amz-request-id': hex(16).toUpperCase(), 'x-amz-id-2': hex(64) },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'orders-created',
          bucket: {
            name: bucket,
            ownerIdentity: { principalId: `A${hex(13).toUpperCase()}` },
            arn: `arn:aws:s3:::${bucket}`,
          },
          // Keys come encoded as in a form: a blank is a plus sign.
          object: {
            key: 'incoming/order+42.json',
            size: Buffer.byteLength(content),
            eTag: md5(content),
            sequencer: hex(18).toUpperCase(),
          },
        },
      },
    ],
  };
}

export function eventBridge(nowMs: number): object {
  return bridged(nowMs, 'shop.orders', 'Order Placed', ORDER, []);
}

export function schedule(nowMs: number): object {
  return bridged(nowMs, 'aws.events', 'Scheduled Event', {}, [arn('events', 'rule/every-minute')]);
}

/** As the data of a subscription comes: zipped JSON in Base64. */
export function cloudWatchLogs(nowMs: number): object {
  const data = {
    messageType: 'DATA_MESSAGE',
    owner: ACCOUNT,
    logGroup: '/aws/lambda/orders',
    logStream: `${new Date(nowMs).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${hex(32)}`,
    subscriptionFilters: ['errors'],
    logEvents: [{ id: `3${String(nowMs).padEnd(55, '0')}`, timestamp: nowMs, message: 'ERROR Order 42 has no items' }],
  };
  return { awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } };
}

export function cognito(): object {
  return {
    version: '1',
    region: REGION,
    userPoolId: `${REGION}_${hex(9)}`,
    userName: uuid(),
    callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: hex(26) },
    triggerSource: 'PreSignUp_SignUp',
    request: { userAttributes: { email: 'jane@example.com' }, validationData: null },
    response: { autoConfirmUser: false, autoVerifyEmail: false, autoVerifyPhone: false },
  };
}

function bridged(nowMs: number, source: string, type: string, detail: object, resources: readonly string[]): object {
  return {
    version: '0',
    id: uuid(),
    'detail-type': type,
    source,
    account: ACCOUNT,
    time: new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: REGION,
    resources,
    detail,
  };
}
