import { ACCOUNT, arn, hex, ORDER, REGION, uuid } from './identity.ts';

const BODY = JSON.stringify(ORDER);
const SOURCE_IP = '203.0.113.7';
const AGENT = 'Mozilla/5.0';

export function apiGatewayV2(nowMs: number): object {
  return payloadV2(nowMs, {
    accountId: ACCOUNT,
    host: `${hex(10)}.execute-api.${REGION}.amazonaws.com`,
    routeKey: 'POST /orders/{orderId}',
  });
}

export function functionUrl(nowMs: number): object {
  return payloadV2(nowMs, {
    accountId: 'anonymous',
    host: `${hex(32)}.lambda-url.${REGION}.on.aws`,
    routeKey: '$default',
  });
}

export function apiGatewayV1(nowMs: number): object {
  const apiId = hex(10);
  const headers = headersOf(`${apiId}.execute-api.${REGION}.amazonaws.com`);
  return {
    resource: '/orders/{orderId}',
    path: '/orders/42',
    httpMethod: 'POST',
    headers,
    multiValueHeaders: each(headers, (value) => [value]),
    queryStringParameters: { express: 'true' },
    multiValueQueryStringParameters: { express: ['true'] },
    pathParameters: { orderId: ORDER.orderId },
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT,
      apiId,
      domainName: headers.host,
      domainPrefix: apiId,
      extendedRequestId: hex(16),
      httpMethod: 'POST',
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        caller: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: SOURCE_IP,
        user: null,
        userAgent: AGENT,
        userArn: null,
      },
      path: '/prod/orders/42',
      protocol: 'HTTP/1.1',
      requestId: uuid(),
      requestTime: clfTime(nowMs),
      requestTimeEpoch: nowMs,
      resourceId: hex(6),
      resourcePath: '/orders/{orderId}',
      stage: 'prod',
    },
    body: BODY,
    isBase64Encoded: false,
  };
}

export function alb(): object {
  return {
    requestContext: { elb: { targetGroupArn: arn('elasticloadbalancing', `targetgroup/orders/${hex(16)}`) } },
    httpMethod: 'POST',
    path: '/orders/42',
    queryStringParameters: { express: 'true' },
    headers: headersOf('orders.example.com'),
    body: BODY,
    isBase64Encoded: false,
  };
}

function payloadV2(
  nowMs: number,
  { accountId, host, routeKey }: { accountId: string; host: string; routeKey: string },
): object {
  const [apiId = ''] = host.split('.');
  return {
    version: '2.0',
    routeKey,
    rawPath: '/orders/42',
    rawQueryString: 'express=true',
    cookies: ['session=abc'],
    headers: headersOf(host),
    queryStringParameters: { express: 'true' },
    ...(routeKey === '$default' ? {} : { pathParameters: { orderId: ORDER.orderId } }),
    requestContext: {
      accountId,
      apiId,
      domainName: host,
      domainPrefix: apiId,
      http: { method: 'POST', path: '/orders/42', protocol: 'HTTP/1.1', sourceIp: SOURCE_IP, userAgent: AGENT },
      requestId: uuid(),
      routeKey,
      stage: '$default',
      time: clfTime(nowMs),
      timeEpoch: nowMs,
    },
    body: BODY,
    isBase64Encoded: false,
  };
}

function headersOf(host: string): Record<string, string> & { host: string } {
  return {
    accept: '*/*',
    'content-length': String(Buffer.byteLength(BODY)),
    'content-type': 'application/json',
    host,
    'user-agent': AGENT,
    'x-amzn-trace-id': `Root=1-${hex(8)}-${hex(24)}`,
    'x-forwarded-for': SOURCE_IP,
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  };
}

function each<T>(values: Record<string, string>, of: (value: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, of(value)]));
}

/** As in a web server's log. */
function clfTime(nowMs: number): string {
  const [, day, month, year, time] = new Date(nowMs).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
