import { ownText } from './own-text.ts';

/** The content of an X-Ray header: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`. */
export interface TraceHeader {
  /** 32 hex digits, OpenTelemetry's format. */
  readonly traceId: string;
  readonly parentSpanId: string | undefined;
  readonly isSampled: boolean;
}

/** `undefined` for a header without a valid trace id. */
export function parseTraceHeader(header: unknown): TraceHeader | undefined {
  if (typeof header !== 'string' || header.length > LONGEST_HEADER) return undefined;
  let traceId: string | undefined;
  let parentSpanId: string | undefined;
  let isSampled = false;
  for (const field of header.split(';')) {
    const at = field.indexOf('=');
    const value = field.slice(at + 1).trim();
    const name = field.slice(0, at).trim();
    if (name === 'Root') traceId = traceIdFrom(value);
    else if (name === 'Parent') parentSpanId = value.length === 16 ? ownId(value) : undefined;
    else if (name === 'Sampled') isSampled = value === '1';
  }
  return traceId === undefined ? undefined : { traceId, parentSpanId, isSampled };
}

/** From 32 hex digits, X-Ray's `1-8-24` or an X-Ray header. */
export function traceIdFrom(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.length === 32) return hexId(value);
  if (value.length === 35 && value.startsWith('1-') && value[10] === '-') {
    return ownId(value.slice(2, 10) + value.slice(11));
  }
  return value.startsWith('Root=') ? parseTraceHeader(value)?.traceId : undefined;
}

export function spanIdFrom(value: unknown): string | undefined {
  return typeof value === 'string' && value.length === 16 ? hexId(value) : undefined;
}

/**
 * An id of what the parts name. A record that another process reads again gets the same id. Ids must be unique, not secret, so
 * a fast hash will do: loading `node:crypto` takes 7 ms of CPU time.
 */
export function derivedId(digits: 16 | 32, ...parts: readonly (string | number | undefined)[]): string {
  const text = parts.join('\n');
  let id = '';
  for (const factor of digits === 16 ? FACTORS.slice(0, 2) : FACTORS) id += hash(text, factor);
  return hexId(id) ?? id.replace(/.$/, '1');
}

/** Eight hex digits: the steps of xxHash, then the end of MurmurHash3. */
function hash(text: string, factor: number): string {
  let sum = factor ^ text.length;
  for (let index = 0; index < text.length; index++) {
    sum = Math.imul(sum ^ text.charCodeAt(index), factor);
    sum = (sum << 13) | (sum >>> 19);
  }
  sum = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  sum = Math.imul(sum ^ (sum >>> 13), 0xc2b2ae35);
  return ((sum ^ (sum >>> 16)) >>> 0).toString(16).padStart(8, '0');
}

/** An id cut out of a header, which may be long. */
function ownId(text: string): string | undefined {
  const id = hexId(text);
  return id === undefined ? undefined : ownText(id);
}

/** In lower case, as both formats require. All zeros means no id. */
function hexId(text: string): string | undefined {
  let isZero = true;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index) | 0x20;
    const isDigit = (code >= 0x30 && code <= 0x39 && text.charCodeAt(index) >= 0x30) || (code >= 0x61 && code <= 0x66);
    if (!isDigit) return undefined;
    if (code !== 0x30) isZero = false;
  }
  return isZero ? undefined : text.toLowerCase();
}

/** The primes of xxHash. */
const FACTORS = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];
const LONGEST_HEADER = 1_024;
