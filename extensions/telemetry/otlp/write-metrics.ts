import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Buckets, Exemplar, MetricData, MetricItem } from '../items/item.ts';
import { groupByMetric } from './group.ts';
import { TEMPORALITIES } from './mapping.ts';
import {
  whole,
  writeAttributes,
  writeDouble,
  writeId,
  writeNumber,
  writeText,
  writeTime,
  writeUint,
} from './write-fields.ts';

/** Each metric as field 2 of a scope. */
export function writeMetrics(writer: BinaryWriter, items: readonly MetricItem[]): void {
  for (const points of groupByMetric(items)) {
    const [{ name, description, unit, data }] = points;
    writer.uint32(18).fork();
    writeText(writer, 10, name);
    writeText(writer, 18, description);
    writeText(writer, 26, unit);
    writer.uint32(METRIC_TAGS[data.kind]).fork();
    for (const point of points) {
      writer.uint32(10).fork();
      writePoint(writer, point, point.data);
      writer.join();
    }
    if ('temporality' in data) writer.uint32(16).int32(TEMPORALITIES.indexOf(data.temporality));
    if (data.kind === 'sum') writer.uint32(24).bool(data.isMonotonic);
    writer.join();
    writer.join();
  }
}

const METRIC_TAGS = { gauge: 42, sum: 58, histogram: 74, 'exponential-histogram': 82, summary: 90 } as const;

function writePoint(writer: BinaryWriter, item: MetricItem, data: MetricData): void {
  writeTime(writer, 17, item.otlp?.startNs, item.startMs);
  writeTime(writer, 25, item.otlp?.timeNs, item.timeMs);
  switch (data.kind) {
    case 'gauge':
    case 'sum':
      writeNumber(writer, 33, 49, data.value);
      writeCommon(writer, item, { attributes: 58, flags: 64, exemplars: 42 });
      break;
    case 'histogram':
      writeCountAndSum(writer, data);
      writePacked(writer, 50, data.counts, (count) => writer.fixed64(whole(count)));
      writePacked(writer, 58, data.bounds, (bound) => writer.double(bound));
      writeDouble(writer, 89, data.min);
      writeDouble(writer, 97, data.max);
      writeCommon(writer, item, { attributes: 74, flags: 80, exemplars: 66 });
      break;
    case 'exponential-histogram':
      writeCountAndSum(writer, data);
      writer.uint32(48).sint32(data.scale | 0);
      writer.uint32(57).fixed64(whole(data.zeroCount));
      writeBuckets(writer, 66, data.positive);
      writeBuckets(writer, 74, data.negative);
      writeDouble(writer, 97, data.min);
      writeDouble(writer, 105, data.max);
      writeDouble(writer, 113, data.zeroThreshold);
      writeCommon(writer, item, { attributes: 10, flags: 80, exemplars: 90 });
      break;
    case 'summary':
      writeCountAndSum(writer, data);
      for (const { quantile, value } of data.quantiles) {
        writer.uint32(50).fork();
        writer.uint32(9).double(quantile).uint32(17).double(value);
        writer.join();
      }
      writeCommon(writer, item, { attributes: 58, flags: 64, exemplars: undefined });
      break;
    default:
      data satisfies never;
  }
}

/** The fields that all kinds of points have, under different tags. */
function writeCommon(
  writer: BinaryWriter,
  { attributes, otlp }: MetricItem,
  tags: { attributes: number; flags: number; exemplars: number | undefined },
): void {
  writeAttributes(writer, tags.attributes, attributes);
  if (otlp === undefined) return;
  writeUint(writer, tags.flags, otlp.flags);
  if (tags.exemplars === undefined) return;
  for (const exemplar of otlp.exemplars ?? []) writeExemplar(writer, tags.exemplars, exemplar);
}

function writeCountAndSum(writer: BinaryWriter, { count, sum }: { count: number; sum?: number }): void {
  writer.uint32(33).fixed64(whole(count));
  writeDouble(writer, 41, sum);
}

function writeBuckets(writer: BinaryWriter, tag: number, { offset, counts }: Buckets): void {
  writer.uint32(tag).fork();
  if (offset !== 0) writer.uint32(8).sint32(offset | 0);
  writePacked(writer, 18, counts, (count) => writer.uint64(whole(count)));
  writer.join();
}

function writePacked(writer: BinaryWriter, tag: number, numbers: readonly number[], write: (number: number) => void) {
  if (numbers.length === 0) return;
  writer.uint32(tag).fork();
  numbers.forEach(write);
  writer.join();
}

function writeExemplar(writer: BinaryWriter, tag: number, exemplar: Exemplar): void {
  writer.uint32(tag).fork();
  writeTime(writer, 17, exemplar.timeNs, undefined);
  writeNumber(writer, 25, 49, exemplar.value);
  writeId(writer, 34, exemplar.spanId, 16);
  writeId(writer, 42, exemplar.traceId, 32);
  writeAttributes(writer, 58, exemplar.attributes);
  writer.join();
}
