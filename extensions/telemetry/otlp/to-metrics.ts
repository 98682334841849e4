import type { Buckets, Exemplar, MetricData, MetricItem, Source } from '../items/item.ts';
import { enumOf, TEMPORALITY_NAMES } from './enumerations.ts';
import { asMessage, attributesOf, bigIntOf, idOf, list, nsOf, numberOf, textOf, wholeMs, wholeOf } from './fields.ts';
import { TEMPORALITIES } from './mapping.ts';
import { MALFORMED, type Message } from './message.ts';

export interface Point {
  readonly metric: Message;
  readonly kind: MetricData['kind'];
  readonly data: Message;
  readonly point: unknown;
}

/** A metric that cannot be read counts as one point. */
export function pointsOf(metric: unknown): Point[] {
  if (typeof metric !== 'object' || metric === null) return [{ metric: {}, kind: 'gauge', data: {}, point: MALFORMED }];
  for (const [key, kind] of METRIC_KINDS) {
    const data = (metric as Message)[key];
    if (typeof data !== 'object' || data === null) continue;
    return list((data as Message).dataPoints).map((point) => ({
      metric: metric as Message,
      kind,
      data: data as Message,
      point,
    }));
  }
  return [];
}

const METRIC_KINDS: readonly (readonly [string, MetricData['kind']])[] = [
  ['gauge', 'gauge'],
  ['sum', 'sum'],
  ['histogram', 'histogram'],
  ['exponentialHistogram', 'exponential-histogram'],
  ['summary', 'summary'],
];

export function metricItem({ metric, kind, data, point: value }: Point, source: Source, nowMs: number): MetricItem {
  const point = asMessage(value);
  const timeNs = nsOf(point.timeUnixNano);
  const startNs = nsOf(point.startTimeUnixNano);
  const startMs = wholeMs(startNs);
  const description = textOf(metric.description);
  const flags = wholeOf(point.flags);
  const exemplars = list(point.exemplars);
  return {
    signal: 'metrics',
    origin: 'otlp',
    source,
    type: 'otlp',
    timeMs: wholeMs(timeNs) ?? nowMs,
    ...(startMs !== undefined && { startMs }),
    name: textOf(metric.name),
    ...(description && { description }),
    unit: textOf(metric.unit),
    data: dataOf(kind, data, point),
    attributes: attributesOf(point.attributes),
    otlp: {
      ...(timeNs && { timeNs }),
      ...(startNs && { startNs }),
      ...(flags && { flags }),
      ...(exemplars.length > 0 && { exemplars: exemplars.map(exemplarOf) }),
    },
  };
}

function dataOf(kind: MetricData['kind'], data: Message, point: Message): MetricData {
  // `Unspecified` is not allowed. Cumulative is the default of SDKs.
  const temporality =
    TEMPORALITIES[enumOf(data.aggregationTemporality, TEMPORALITY_NAMES)] === 'delta' ? 'delta' : 'cumulative';
  switch (kind) {
    case 'gauge':
      return { kind, value: measuredValue(point) };
    case 'sum':
      return { kind, value: measuredValue(point), isMonotonic: data.isMonotonic === true, temporality };
    case 'histogram':
      return {
        kind,
        temporality,
        count: wholeOf(point.count),
        ...sumMinMax(point),
        bounds: list(point.explicitBounds).map(numberOf),
        counts: list(point.bucketCounts).map(wholeOf),
      };
    case 'exponential-histogram':
      return {
        kind,
        temporality,
        count: wholeOf(point.count),
        ...sumMinMax(point),
        scale: wholeOf(point.scale),
        zeroCount: wholeOf(point.zeroCount),
        ...(point.zeroThreshold !== undefined && { zeroThreshold: numberOf(point.zeroThreshold) }),
        positive: bucketsOf(point.positive),
        negative: bucketsOf(point.negative),
      };
    case 'summary':
      return {
        kind,
        count: wholeOf(point.count),
        sum: numberOf(point.sum),
        quantiles: list(point.quantileValues)
          .map(asMessage)
          .map(({ quantile, value }) => ({ quantile: numberOf(quantile), value: numberOf(value) })),
      };
    default:
      return kind satisfies never;
  }
}

function sumMinMax({ sum, min, max }: Message): { sum?: number; min?: number; max?: number } {
  return {
    ...(sum !== undefined && { sum: numberOf(sum) }),
    ...(min !== undefined && { min: numberOf(min) }),
    ...(max !== undefined && { max: numberOf(max) }),
  };
}

function bucketsOf(value: unknown): Buckets {
  const buckets = asMessage(value);
  return { offset: wholeOf(buckets.offset), counts: list(buckets.bucketCounts).map(wholeOf) };
}

function exemplarOf(value: unknown): Exemplar {
  const exemplar = asMessage(value);
  const traceId = idOf(exemplar.traceId, 32);
  const spanId = idOf(exemplar.spanId, 16);
  return {
    timeNs: nsOf(exemplar.timeUnixNano) ?? 0n,
    value: measuredValue(exemplar),
    ...(traceId && { traceId }),
    ...(spanId && { spanId }),
    attributes: attributesOf(exemplar.filteredAttributes),
  };
}

/** Integers become bigint, so that they are sent as integers again. */
function measuredValue({ asInt, asDouble }: Message): number | bigint {
  return asInt === undefined ? numberOf(asDouble) : bigIntOf(asInt);
}
