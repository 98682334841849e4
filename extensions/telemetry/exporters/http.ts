import { oneOf, text, wholeNumber } from '../../sdk/index.ts';
import type { Item } from '../items/item.ts';
import { wholeUrl } from './encoding/base-url.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { flatRecords } from './encoding/flat-record.ts';
import { headerText } from './encoding/header-text.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { pairs } from './encoding/pairs-setting.ts';
import { fillTemplate } from './encoding/template.ts';
import { defineDestinationType } from './exporter.ts';

/** Any server that takes JSON by POST. */
export const http = defineDestinationType({
  name: 'http',
  signals: ['logs', 'metrics', 'traces'],
  settings: {
    url: text(
      'TELEMETRY_HTTP_URL',
      undefined,
      'Address for the POST requests; it may hold `{function}`, `{version}`, `{region}` and `{instance}`.',
    ),
    format: oneOf(
      'TELEMETRY_HTTP_FORMAT',
      ['ndjson', 'json'],
      'ndjson',
      'Format of the body: lines of JSON (`ndjson`), or one JSON array (`json`).',
    ),
    headers: pairs(
      'TELEMETRY_HTTP_HEADERS',
      'Headers of the requests; their values may hold the same placeholders as the address.',
    ),
    compression: oneOf('TELEMETRY_HTTP_COMPRESSION', ['gzip', 'none'], 'gzip', 'How the body is compressed.'),
    maxBytes: wholeNumber(
      'TELEMETRY_HTTP_MAX_BYTES',
      1_000_000,
      'Maximum size of a body before compression, in bytes.',
      {
        from: 10_000,
        to: 100_000_000,
      },
    ),
    maxRecords: wholeNumber('TELEMETRY_HTTP_MAX_RECORDS', 10_000, 'Maximum number of records in a body.', {
      from: 1,
      to: 1_000_000,
    }),
  },
  required: ['url'],
  sensitive: ['url', 'headers'],

  exporter({ url: address = '', format, headers: given, compression, maxBytes, maxRecords }, context) {
    const url = wholeUrl(fillTemplate(address, context), 'TELEMETRY_HTTP_URL');
    const headers: Record<string, string> = {
      'content-type': format === 'json' ? 'application/json' : 'application/x-ndjson',
    };
    for (const [name, value] of Object.entries(given))
      headers[name.toLowerCase()] = headerText(fillTemplate(value, context), `TELEMETRY_HTTP_HEADERS, ${name},`);
    const flat = flatRecords();
    const encode = (item: Item) => encodeWithin(item, flat, maxBytes - 2);

    return {
      encode: (items) =>
        requestsOf(pack(items, encode, { items: maxRecords, bytes: maxBytes }), (group) => ({
          url,
          headers,
          body: format === 'json' ? `[${group.parts.join(',')}]` : `${group.parts.join('\n')}\n`,
          compression,
          items: group.items,
        })),
      judge: judgeByStatus(),
    };
  },
});
