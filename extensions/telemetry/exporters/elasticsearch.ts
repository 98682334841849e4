import { text } from '../../sdk/index.ts';
import type { Item } from '../items/item.ts';
import { baseUrl } from './encoding/base-url.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { flatRecords, toTimestamp } from './encoding/flat-record.ts';
import { headerText } from './encoding/header-text.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { answeredObject, unpromised } from './encoding/promised.ts';
import { fillTemplate } from './encoding/template.ts';
import { defineDestinationType, type ExportRequest, type ExportResponse, type Verdict } from './exporter.ts';

/** Elasticsearch or OpenSearch, by the bulk API, into a data stream or an index. */
export const elasticsearch = defineDestinationType({
  name: 'elasticsearch',
  signals: ['logs', 'metrics', 'traces'],
  settings: {
    url: text('TELEMETRY_ELASTICSEARCH_URL', undefined, 'Address of the cluster; `/_bulk` is appended.'),
    index: text(
      'TELEMETRY_ELASTICSEARCH_INDEX',
      'logs-lambda-default',
      'Data stream or index; it may hold `{function}`, `{version}` and `{region}`.',
    ),
    apiKey: text('TELEMETRY_ELASTICSEARCH_API_KEY', undefined, 'API key, in its encoded form.'),
    user: text('TELEMETRY_ELASTICSEARCH_USER', undefined, 'User of basic authentication, if there is no API key.'),
    password: text('TELEMETRY_ELASTICSEARCH_PASSWORD', '', 'Password of the user.'),
  },
  required: ['url'],
  sensitive: ['url', 'apiKey', 'password'],

  exporter({ url: address = '', index, apiKey, user, password }, context) {
    const url = `${baseUrl(address, 'TELEMETRY_ELASTICSEARCH_URL')}/_bulk?filter_path=${ANSWERED}`;
    const headers = { 'content-type': 'application/x-ndjson', ...authorization(apiKey, user, password) };
    const flat = flatRecords();
    // `create` is what data streams take. `@timestamp` is what they want beside the fields of the record.
    const action = `${JSON.stringify({ create: { _index: fillTemplate(index, context) } })}\n`;
    const document = (item: Item) => `{"@timestamp":"${toTimestamp(item.timeMs)}",${flat(item).slice(1)}`;
    const encode = (item: Item) => `${action}${encodeWithin(item, document, LONGEST_DOCUMENT_BYTES)}\n`;

    return {
      encode: (items) =>
        requestsOf(pack(items, encode, LIMITS, 0), (group) => ({
          url,
          headers,
          body: group.parts.join(''),
          items: group.items,
        })),
      judge(response, request) {
        const verdict = judgeByStatus()(response, request);
        return verdict.kind === 'delivered' ? judgeEach(response, request) : verdict;
      },
    };
  },
});

function authorization(apiKey: string | undefined, user: string | undefined, password: string): Record<string, string> {
  if (apiKey !== undefined) {
    return { authorization: `ApiKey ${headerText(apiKey, 'TELEMETRY_ELASTICSEARCH_API_KEY')}` };
  }
  if (user === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** Status 200 says only that the request was read: each document has a status of its own. */
function judgeEach(response: ExportResponse, request: ExportRequest): Verdict {
  const answered = answeredObject(response);
  // A server that answers more than it was asked for says this first, and may be cut off after it.
  if (answered === undefined && TOOK_ALL.test(response.body.toString('latin1', 0, HEAD_BYTES)))
    return { kind: 'delivered' };
  const { errors, items } = (answered ?? {}) as BulkResponse;
  if (errors === false) return { kind: 'delivered' };
  if (errors !== true || !Array.isArray(items) || items.length !== request.items.length)
    return unpromised(response, request, 'does not say which documents it took');
  const statuses = items.map((item) => Number(Object.values(item ?? {})[0]?.status));
  const isBusy = (status: number) => status === 429 || status >= 500;
  const again = request.items.filter((_item, index) => isBusy(statuses[index] ?? 0));
  const lost = statuses.filter((status) => !(status >= 200 && status < 300) && !isBusy(status)).length;
  const type = items.map((item) => Object.values(item ?? {})[0]?.error?.type).find((known) => known !== undefined);
  const reason = `${new URL(request.url).host} took all but ${again.length + lost} documents: ${type}`;
  return { kind: 'partial', again, lost, reason };
}

interface BulkResponse {
  errors?: unknown;
  items?: (Record<string, { status?: number; error?: { type?: string } }> | null)[];
}

/** Without it an answer has some 250 bytes a document, and may be longer than what is read of it. */
const ANSWERED = 'errors,items.*.status,items.*.error.type';
const TOOK_ALL = /^\s*\{[^{}[\]]*"errors"\s*:\s*false\b/;
const HEAD_BYTES = 256;
const LONGEST_DOCUMENT_BYTES = 1_000_000;
/** 5 to 15 MB are advised; smaller requests fail in smaller parts. */
const LIMITS = { items: 10_000, bytes: 2_000_000 };
