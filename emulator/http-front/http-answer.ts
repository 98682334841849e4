import { validateHeaderName, validateHeaderValue } from 'node:http';

/** What an HTTP client gets. */
export interface HttpAnswer {
  readonly status: number;
  /** Names and values; a name may come several times, as `set-cookie` does. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

/** The result of a function that AWS cannot make an answer of: it sends 502. */
export interface BadResult {
  readonly problem: string;
}

/**
 * Makes an answer of what the handler returned. A result without `statusCode` is the body of a 200, in JSON.
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload
 */
export function httpAnswer(result: Uint8Array): HttpAnswer | BadResult {
  const text = Buffer.from(result).toString();
  const value = parsed(text);
  if (!isRecord(value) || value.statusCode === undefined) {
    return { status: 200, headers: [JSON_TYPE], body: Buffer.from(typeof value === 'string' ? value : text) };
  }
  const prelude = readPrelude(value);
  if ('problem' in prelude) return prelude;
  const { body = '', isBase64Encoded = false } = value;
  if (typeof body !== 'string' && body !== null)
    return { problem: `body is ${JSON.stringify(body).slice(0, 100)}: expected a string, as JSON.stringify makes it` };
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  const hasType = prelude.headers.some(([name]) => name === 'content-type');
  return { ...prelude, headers: hasType ? prelude.headers : [...prelude.headers, JSON_TYPE], body: bytes };
}

/** Reads status, headers and cookies: of a result, or of what comes before the body in a streamed one. */
export function readPrelude(value: Record<string, unknown>): Omit<HttpAnswer, 'body'> | BadResult {
  const status = Number(value.statusCode ?? 200);
  if (!Number.isInteger(status) || status < 200 || status > 599)
    return { problem: `statusCode is ${JSON.stringify(value.statusCode)}: expected a number from 200 to 599` };
  const { headers: given = {}, cookies = [] } = value;
  if (given !== null && !isRecord(given)) return { problem: 'headers is not an object' };
  if (!Array.isArray(cookies)) return { problem: 'cookies is not an array' };
  const headers = [
    ...Object.entries(given ?? {}).map(([name, one]) => [name.toLowerCase(), asSent(one)] as const),
    ...cookies.map((cookie) => ['set-cookie', asSent(cookie)] as const),
  ].filter(([name]) => !HOP_BY_HOP.has(name));
  const problem = headers.map(([name, one]) => problemOf(name, one)).find((text) => text !== undefined);
  return problem === undefined ? { status, headers } : { problem };
}

/** The bytes of UTF-8, which Node.js writes one by one if they come as Latin-1. */
function asSent(value: unknown): string {
  return Buffer.from(Array.isArray(value) ? value.join(',') : String(value)).toString('latin1');
}

function problemOf(name: string, value: string): string | undefined {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return undefined;
  } catch {
    return `header ${JSON.stringify(name)} or its value has a character that HTTP does not allow`;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The server decides on these. */
const HOP_BY_HOP = new Set(['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade', 'trailer']);
const JSON_TYPE = ['content-type', 'application/json'] as const;
