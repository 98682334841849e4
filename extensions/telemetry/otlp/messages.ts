import { WireType } from '@bufbuild/protobuf/wire';
import type { Signal } from '../items/item.ts';
import { type CountingReader, type Field, type Fields, readNested, readRecord } from './read-message.ts';

function field(name: string, wireType: WireType, read: (reader: CountingReader) => unknown): Field {
  return { name, wireType, read, isRepeated: false };
}

function repeated(single: Field): Field {
  return { ...single, isRepeated: true };
}

const text = (name: string) => field(name, WireType.LengthDelimited, (reader) => reader.string());
/** Copies the bytes, since a view would keep the whole body in memory. */
const bytes = (name: string) => field(name, WireType.LengthDelimited, (reader) => new Uint8Array(reader.bytes()));
const hex = (name: string) =>
  field(name, WireType.LengthDelimited, (reader) => {
    const { buffer, byteOffset, length } = reader.bytes();
    return Buffer.from(buffer, byteOffset, length).toString('hex');
  });
const bool = (name: string) => field(name, WireType.Varint, (reader) => reader.bool());
const double = (name: string) => field(name, WireType.Bit64, (reader) => reader.double());
const int32 = (name: string) => field(name, WireType.Varint, (reader) => reader.int32());
const sint32 = (name: string) => field(name, WireType.Varint, (reader) => reader.sint32());
const uint32 = (name: string) => field(name, WireType.Varint, (reader) => reader.uint32());
const fixed32 = (name: string) => field(name, WireType.Bit32, (reader) => reader.fixed32());
const int64 = (name: string) => field(name, WireType.Varint, (reader) => reader.int64());
const uint64 = (name: string) => field(name, WireType.Varint, (reader) => reader.uint64());
const fixed64 = (name: string) => field(name, WireType.Bit64, (reader) => reader.fixed64());
const sfixed64 = (name: string) => field(name, WireType.Bit64, (reader) => reader.sfixed64());
const message = (name: string, fields: () => Fields) =>
  field(name, WireType.LengthDelimited, (reader) => readNested(reader, fields()));
/** A repeated message. A broken one does not affect the others. */
const records = (name: string, fields: Fields) =>
  repeated(field(name, WireType.LengthDelimited, (reader) => readRecord(reader, fields)));

/** The position in the list is the field's number, from 1. */
const fields = (...list: readonly (Field | undefined)[]): Fields => [undefined, ...list];

const ANY_VALUE: Fields = fields(
  text('stringValue'),
  bool('boolValue'),
  int64('intValue'),
  double('doubleValue'),
  message('arrayValue', () => ARRAY_VALUE),
  message('kvlistValue', () => KEY_VALUE_LIST),
  bytes('bytesValue'),
);
const ARRAY_VALUE = fields(repeated(message('values', () => ANY_VALUE)));
const KEY_VALUE = fields(
  text('key'),
  message('value', () => ANY_VALUE),
);
const attributes = (name = 'attributes') => repeated(message(name, () => KEY_VALUE));
const KEY_VALUE_LIST = fields(attributes('values'));

const LOG_RECORD = fields(
  fixed64('timeUnixNano'),
  int32('severityNumber'),
  text('severityText'),
  undefined,
  message('body', () => ANY_VALUE),
  attributes(),
  uint32('droppedAttributesCount'),
  fixed32('flags'),
  hex('traceId'),
  hex('spanId'),
  fixed64('observedTimeUnixNano'),
  text('eventName'),
);

const EXEMPLAR = fields(
  undefined,
  fixed64('timeUnixNano'),
  double('asDouble'),
  hex('spanId'),
  hex('traceId'),
  sfixed64('asInt'),
  attributes('filteredAttributes'),
);
const exemplars = repeated(message('exemplars', () => EXEMPLAR));

const NUMBER_DATA_POINT = fields(
  undefined,
  fixed64('startTimeUnixNano'),
  fixed64('timeUnixNano'),
  double('asDouble'),
  exemplars,
  sfixed64('asInt'),
  attributes(),
  uint32('flags'),
);
const HISTOGRAM_DATA_POINT = fields(
  undefined,
  fixed64('startTimeUnixNano'),
  fixed64('timeUnixNano'),
  fixed64('count'),
  double('sum'),
  repeated(fixed64('bucketCounts')),
  repeated(double('explicitBounds')),
  exemplars,
  attributes(),
  uint32('flags'),
  double('min'),
  double('max'),
);
const BUCKETS = fields(sint32('offset'), repeated(uint64('bucketCounts')));
const EXPONENTIAL_HISTOGRAM_DATA_POINT = fields(
  attributes(),
  fixed64('startTimeUnixNano'),
  fixed64('timeUnixNano'),
  fixed64('count'),
  double('sum'),
  sint32('scale'),
  fixed64('zeroCount'),
  message('positive', () => BUCKETS),
  message('negative', () => BUCKETS),
  uint32('flags'),
  exemplars,
  double('min'),
  double('max'),
  double('zeroThreshold'),
);
const QUANTILE_VALUE = fields(double('quantile'), double('value'));
const SUMMARY_DATA_POINT = fields(
  undefined,
  fixed64('startTimeUnixNano'),
  fixed64('timeUnixNano'),
  fixed64('count'),
  double('sum'),
  repeated(message('quantileValues', () => QUANTILE_VALUE)),
  attributes(),
  uint32('flags'),
);
const points = (dataPoint: Fields) =>
  fields(records('dataPoints', dataPoint), int32('aggregationTemporality'), bool('isMonotonic'));
const NUMBER_POINTS = points(NUMBER_DATA_POINT);
const HISTOGRAM_POINTS = points(HISTOGRAM_DATA_POINT);
const EXPONENTIAL_HISTOGRAM_POINTS = points(EXPONENTIAL_HISTOGRAM_DATA_POINT);
const SUMMARY_POINTS = points(SUMMARY_DATA_POINT);
const METRIC = fields(
  text('name'),
  text('description'),
  text('unit'),
  undefined,
  message('gauge', () => NUMBER_POINTS),
  undefined,
  message('sum', () => NUMBER_POINTS),
  undefined,
  message('histogram', () => HISTOGRAM_POINTS),
  message('exponentialHistogram', () => EXPONENTIAL_HISTOGRAM_POINTS),
  message('summary', () => SUMMARY_POINTS),
);

const EVENT = fields(fixed64('timeUnixNano'), text('name'), attributes(), uint32('droppedAttributesCount'));
const LINK = fields(
  hex('traceId'),
  hex('spanId'),
  text('traceState'),
  attributes(),
  uint32('droppedAttributesCount'),
  fixed32('flags'),
);
const STATUS = fields(undefined, text('message'), int32('code'));
const SPAN = fields(
  hex('traceId'),
  hex('spanId'),
  text('traceState'),
  hex('parentSpanId'),
  text('name'),
  int32('kind'),
  fixed64('startTimeUnixNano'),
  fixed64('endTimeUnixNano'),
  attributes(),
  uint32('droppedAttributesCount'),
  repeated(message('events', () => EVENT)),
  uint32('droppedEventsCount'),
  repeated(message('links', () => LINK)),
  uint32('droppedLinksCount'),
  message('status', () => STATUS),
  fixed32('flags'),
);

const RESOURCE = fields(attributes());
const SCOPE = fields(text('name'), text('version'), attributes());

function request(resources: string, scopes: string, recordsOfScope: Field): Fields {
  const ofScope = fields(
    message('scope', () => SCOPE),
    recordsOfScope,
    text('schemaUrl'),
  );
  const ofResource = fields(
    message('resource', () => RESOURCE),
    repeated(message(scopes, () => ofScope)),
    text('schemaUrl'),
  );
  return fields(repeated(message(resources, () => ofResource)));
}

/** The requests of OTLP's three signals. */
export const REQUESTS: Readonly<Record<Signal, Fields>> = {
  logs: request('resourceLogs', 'scopeLogs', records('logRecords', LOG_RECORD)),
  metrics: request('resourceMetrics', 'scopeMetrics', records('metrics', METRIC)),
  traces: request('resourceSpans', 'scopeSpans', records('spans', SPAN)),
};
