import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Item, LogItem, MetricItem, Source, SpanEvent, SpanItem, SpanLink } from '../items/item.ts';
import { groupBySource } from './group.ts';
import { requestIdOf, SPAN_KINDS, STATUS_CODES, typeOf } from './mapping.ts';
import {
  writeAttributes,
  writeFlags,
  writeId,
  writeText,
  writeTextAttribute,
  writeTime,
  writeUint,
  writeValue,
} from './write-fields.ts';
import { writeMetrics } from './write-metrics.ts';

/**
 * Encodes an OTLP export request as protobuf. Tags are numbers: field << 3 | wire type. Type 0 is a varint, 1 is eight bytes, 2 has
 * its length in front, 5 is four bytes.
 * https://github.com/open-telemetry/opentelemetry-proto
 */
export const encodeProtobuf = {
  logs: (items: readonly LogItem[]): Uint8Array => encodeRequest(items, writeLogs),
  metrics: (items: readonly MetricItem[]): Uint8Array => encodeRequest(items, writeMetrics),
  traces: (items: readonly SpanItem[]): Uint8Array => encodeRequest(items, writeSpans),
};

function encodeRequest<T extends Item>(
  items: readonly T[],
  writeItems: (writer: BinaryWriter, items: readonly T[]) => void,
): Uint8Array {
  const writer = new BinaryWriter();
  for (const { resource, schemaUrl, scopes } of groupBySource(items)) {
    writer.uint32(10).fork();
    writer.uint32(10).fork();
    writeAttributes(writer, 10, resource);
    writer.join();
    for (const [source, ofScope] of scopes) {
      writer.uint32(18).fork();
      writeScope(writer, source.scope);
      writeItems(writer, ofScope);
      writeText(writer, 26, source.scopeSchemaUrl);
      writer.join();
    }
    writeText(writer, 26, schemaUrl);
    writer.join();
  }
  return writer.finish();
}

function writeScope(writer: BinaryWriter, { name, version, attributes }: Source['scope']): void {
  writer.uint32(10).fork();
  writeText(writer, 10, name);
  writeText(writer, 18, version);
  if (attributes !== undefined) writeAttributes(writer, 26, attributes);
  writer.join();
}

function writeLogs(writer: BinaryWriter, items: readonly LogItem[]): void {
  const level = madeOnce(isOfSameLevel, writeLevel);
  const invocation = madeOnce(isOfSameInvocation, writeInvocation);
  for (const item of items) {
    const { otlp } = item;
    writer.uint32(18).fork();
    writeTime(writer, 9, otlp?.timeNs, item.timeMs);
    writer.raw(level(item));
    writer.uint32(42).fork();
    writeValue(writer, item.body, 1);
    writer.join();
    writeAttributes(writer, 50, item.attributes);
    writer.raw(invocation(item));
    if (otlp !== undefined) {
      writeUint(writer, 56, otlp.droppedAttributes);
      writeFlags(writer, 69, otlp.flags);
      writeTime(writer, 89, otlp.observedNs, undefined);
      writeText(writer, 98, otlp.eventName);
    }
    writer.join();
  }
}

/** The bytes of fields that most lines have like the line before. */
function madeOnce(
  isSame: (one: LogItem, other: LogItem) => boolean,
  write: (writer: BinaryWriter, item: LogItem) => void,
): (item: LogItem) => Uint8Array {
  let latest: LogItem | undefined;
  let bytes = new Uint8Array();
  return (item) => {
    if (latest !== undefined && isSame(latest, item)) return bytes;
    const writer = new BinaryWriter();
    write(writer, item);
    latest = item;
    bytes = writer.finish();
    return bytes;
  };
}

function isOfSameLevel(one: LogItem, other: LogItem): boolean {
  return one.severity === other.severity && one.level === other.level;
}

function writeLevel(writer: BinaryWriter, { severity, level }: LogItem): void {
  if (severity !== 0) writer.uint32(16).int32(severity | 0);
  writeText(writer, 26, level);
}

function isOfSameInvocation(one: LogItem, other: LogItem): boolean {
  if (one.traceId !== other.traceId || one.spanId !== other.spanId) return false;
  return requestIdOf(one) === requestIdOf(other) && typeOf(one) === typeOf(other);
}

function writeInvocation(writer: BinaryWriter, item: LogItem): void {
  writeTextAttribute(writer, 50, 'type', typeOf(item));
  writeTextAttribute(writer, 50, 'faas.invocation_id', requestIdOf(item));
  writeId(writer, 74, item.traceId, 32);
  writeId(writer, 82, item.spanId, 16);
}

function writeSpans(writer: BinaryWriter, items: readonly SpanItem[]): void {
  for (const item of items) {
    const { otlp, status } = item;
    writer.uint32(18).fork();
    writeId(writer, 10, item.traceId, 32);
    writeId(writer, 18, item.spanId, 16);
    writeText(writer, 26, otlp?.traceState);
    writeId(writer, 34, item.parentSpanId, 16);
    writeText(writer, 42, item.name);
    writer.uint32(48).int32(SPAN_KINDS.indexOf(item.kind));
    writeTime(writer, 57, otlp?.startNs, item.timeMs);
    writeTime(writer, 65, otlp?.endNs, item.endMs);
    writeAttributes(writer, 74, item.attributes);
    writeTextAttribute(writer, 74, 'faas.invocation_id', requestIdOf(item));
    for (const event of item.events) writeEvent(writer, event);
    for (const link of item.links) writeLink(writer, link);
    if (status.code !== 'unset' || status.message !== undefined) {
      writer.uint32(122).fork();
      writeText(writer, 18, status.message);
      writer.uint32(24).int32(STATUS_CODES.indexOf(status.code));
      writer.join();
    }
    if (otlp !== undefined) {
      writeUint(writer, 80, otlp.droppedAttributes);
      writeUint(writer, 96, otlp.droppedEvents);
      writeUint(writer, 112, otlp.droppedLinks);
      writeFlags(writer, 133, otlp.flags);
    }
    writer.join();
  }
}

function writeEvent(writer: BinaryWriter, event: SpanEvent): void {
  writer.uint32(90).fork();
  writeTime(writer, 9, event.timeNs, event.timeMs);
  writeText(writer, 18, event.name);
  writeAttributes(writer, 26, event.attributes);
  writeUint(writer, 32, event.droppedAttributes);
  writer.join();
}

function writeLink(writer: BinaryWriter, link: SpanLink): void {
  writer.uint32(106).fork();
  writeId(writer, 10, link.traceId, 32);
  writeId(writer, 18, link.spanId, 16);
  writeText(writer, 26, link.traceState);
  writeAttributes(writer, 34, link.attributes);
  writeUint(writer, 40, link.droppedAttributes);
  writeFlags(writer, 53, link.flags);
  writer.join();
}
