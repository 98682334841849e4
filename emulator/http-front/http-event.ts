import { isUtf8 } from 'node:buffer';

/** What a request says, as Node.js reads it. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query, as they were sent. */
  readonly target: string;
  readonly httpVersion: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly sourceIp: string;
  readonly body: Uint8Array;
}

/** Where the request arrived, and when. */
export interface Arrival {
  readonly requestId: string;
  readonly trace: string;
  readonly timeMs: number;
  readonly port: number;
  /** Stands in for the id of the function's URL. */
  readonly apiId: string;
}

/**
 * The event of a function URL, which is payload 2.0 of an HTTP API.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
 */
export function httpEvent(request: HttpRequest, arrival: Arrival): object {
  const [path = '/', query = ''] = splitOnce(request.target, '?');
  const { cookies, headers: sent } = headersOf(request.rawHeaders);
  const headers = {
    ...sent,
    'x-amzn-trace-id': arrival.trace,
    'x-forwarded-for': [sent['x-forwarded-for'], request.sourceIp].filter(Boolean).join(', '),
    'x-forwarded-port': String(arrival.port),
    'x-forwarded-proto': 'http',
  };
  const parameters = queryParameters(query);
  // With the port, which a domain name of AWS never has: frameworks make links of it.
  const domainName = sent.host ?? `localhost:${arrival.port}`;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers,
    ...(parameters ? { queryStringParameters: parameters } : {}),
    requestContext: {
      accountId: 'anonymous',
      apiId: arrival.apiId,
      domainName,
      domainPrefix: arrival.apiId,
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.sourceIp,
        userAgent: sent['user-agent'] ?? '',
      },
      requestId: arrival.requestId,
      routeKey: '$default',
      stage: '$default',
      time: clfTime(arrival.timeMs),
      timeEpoch: arrival.timeMs,
    },
    ...bodyOf(request.body, sent),
  };
}

/** Names in lower case; several values of one name joined by commas; cookies apart. */
function headersOf(rawHeaders: readonly string[]): { headers: Record<string, string>; cookies: string[] } {
  const headers = new Map<string, string>();
  const cookies: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    // Node.js reads the bytes of a header as Latin-1, and browsers send UTF-8.
    const value = Buffer.from(rawHeaders[at + 1] ?? '', 'latin1').toString();
    if (name === 'cookie')
      cookies.push(
        ...value
          .split(';')
          .map((cookie) => cookie.trim())
          .filter(Boolean),
      );
    else headers.set(name, headers.has(name) ? `${headers.get(name)},${value}` : value);
  }
  return { headers: Object.fromEntries(headers), cookies };
}

function queryParameters(query: string): Record<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters.get(name);
    parameters.set(name, before === undefined ? value : `${before},${value}`);
  }
  return parameters.size > 0 ? Object.fromEntries(parameters) : undefined;
}

function bodyOf(body: Uint8Array, headers: Record<string, string>): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const isText = TEXT.test(headers['content-type'] ?? '') && headers['content-encoding'] === undefined && isUtf8(body);
  return { body: Buffer.from(body).toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
}

/** What AWS passes on as text. Everything else comes in Base64, forms too. */
const TEXT = /^\s*(text\/|application\/(json|javascript|xml|[\w.-]+\+(json|xml))\b)/i;

/** As in a web server's log: 12/Mar/2020:19:03:58 +0000. */
function clfTime(timeMs: number): string {
  const [, day, month, year, time] = new Date(timeMs).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
