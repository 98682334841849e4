import { text } from '../../sdk/index.ts';
import type { LogItem } from '../items/item.ts';
import { baseUrl } from './encoding/base-url.ts';
import { encodeWithin } from './encoding/encode-within.ts';
import { flatRecords } from './encoding/flat-record.ts';
import { headerText } from './encoding/header-text.ts';
import { judgeByStatus } from './encoding/judge-by-status.ts';
import { pack, requestsOf } from './encoding/pack.ts';
import { type Pairs, pairs } from './encoding/pairs-setting.ts';
import { noWebPage } from './encoding/promised.ts';
import { defineDestinationType } from './exporter.ts';

/** Grafana Loki, by its push API in JSON: one stream for each level. Each line says in its structured metadata which execution environment it comes from. */
export const loki = defineDestinationType({
  name: 'loki',
  signals: ['logs'],
  settings: {
    url: text('TELEMETRY_LOKI_URL', undefined, 'Address of Loki; `/loki/api/v1/push` is appended if it has no path.'),
    user: text('TELEMETRY_LOKI_USER', undefined, 'User of basic authentication.'),
    password: text('TELEMETRY_LOKI_PASSWORD', undefined, 'Password of the user; without a user, a bearer token.'),
    tenant: text('TELEMETRY_LOKI_TENANT', undefined, 'Tenant (`X-Scope-OrgID`).'),
    labels: pairs(
      'TELEMETRY_LOKI_LABELS',
      'More labels of the streams. Each value of a label makes a stream of its own.',
    ),
  },
  required: ['url'],
  sensitive: ['url', 'password'],

  exporter({ url: address = '', user, password, tenant, labels }, context) {
    const base = baseUrl(address, 'TELEMETRY_LOKI_URL');
    const url = new URL(base).pathname === '/' ? `${base}/loki/api/v1/push` : base;
    const headers = {
      'content-type': 'application/json',
      ...authorization(user, password),
      ...(tenant === undefined ? {} : { 'x-scope-orgid': headerText(tenant, 'TELEMETRY_LOKI_TENANT') }),
    };
    const flat = flatRecords(context.source, context.ownerNames);
    const ownLabels = { service_name: context.functionName, ...labels };
    const timeOf = distinctTimes();
    // Loki before 3.0 refuses it unless it is set up for it.
    let takesMetadata = true;
    const metadata = () => (takesMetadata ? `,${JSON.stringify({ instance: context.instanceId })}` : '');
    const encodeLine = (item: LogItem) =>
      `["${timeOf(item)}",${JSON.stringify(encodeWithin(item, flat, LONGEST_LINE_BYTES))}${metadata()}]`;

    return {
      *encode(items) {
        for (const [level, some] of byLevel(items as readonly LogItem[])) {
          const start = `{"streams":[{"stream":${JSON.stringify(streamOf(ownLabels, level))},"values":[`;
          yield* requestsOf(pack(some, encodeLine, LIMITS), (group) => ({
            url,
            headers,
            body: `${start}${group.parts.join(',')}]}]}`,
            items: group.items,
          }));
        }
      },
      judge(response, request) {
        const isRefusal = takesMetadata && response.status === 400 && NO_METADATA.test(response.body.toString());
        if (!isRefusal) return judgeStatus(response, request);
        takesMetadata = false;
        return {
          kind: 'partial',
          again: request.items,
          lost: 0,
          reason: `${new URL(url).host} takes no structured metadata`,
        };
      },
    };
  },
});

function authorization(user: string | undefined, password = ''): Record<string, string> {
  if (user !== undefined) return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  return password === '' ? {} : { authorization: `Bearer ${headerText(password, 'TELEMETRY_LOKI_PASSWORD')}` };
}

function streamOf(labels: Pairs, level: string): Pairs {
  return level === '' ? labels : { ...labels, level };
}

/** The level is a label, as Grafana expects it. There are few, so there are few streams. */
function byLevel(items: readonly LogItem[]): Map<string, LogItem[]> {
  const groups = new Map<string, LogItem[]>();
  for (const item of items) {
    const level = levelOf(item.severity);
    const known = groups.get(level);
    if (known === undefined) groups.set(level, [item]);
    else known.push(item);
  }
  return groups;
}

function levelOf(severity: number): string {
  return LEVELS[Math.ceil(severity / 4)] ?? '';
}

/**
 * Nanoseconds that differ for lines of the same microsecond: Loki keeps one of equal lines of one time. An item that is sent again
 * has the same time as before, so what Loki has taken already does not come twice.
 */
function distinctTimes(): (item: LogItem) => string {
  const given = new WeakMap<LogItem, number>();
  let latestMicros = 0;
  let count = 0;
  return (item) => {
    const micros = Math.round(item.timeMs * 1_000);
    let extra = given.get(item);
    if (extra === undefined) {
      count = micros === latestMicros ? (count + 1) % 1_000 : 0;
      latestMicros = micros;
      extra = count;
      given.set(item, extra);
    }
    return (BigInt(micros) * 1_000n + BigInt(extra)).toString();
  };
}

/** The last is what a Loki says that is too old to read it. */
const NO_METADATA = /structured metadata|non[- ]?indexed labels|loghttp\.PushRequest/i;
/** By OpenTelemetry's numbers, four for each level. */
const LEVELS = ['', 'trace', 'debug', 'info', 'warn', 'error', 'critical'];
/** Loki's own limits: 256 KiB a line, and 4 MiB for what comes over gRPC inside. */
const LONGEST_LINE_BYTES = 250_000;
const LIMITS = { items: 100_000, bytes: 1_000_000 };
/** 400 also means that lines are too old or out of order. */
const RETRIED: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);
const judgeStatus = noWebPage(judgeByStatus(RETRIED));
