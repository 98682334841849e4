import { type BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { MALFORMED, type Message } from './message.ts';

/** Fields by their numbers. */
export type Fields = readonly (Field | undefined)[];

export interface Field {
  /** The name in OTLP's JSON. */
  readonly name: string;
  readonly wireType: WireType;
  readonly read: (reader: BinaryReader) => unknown;
  readonly isRepeated: boolean;
}

/** Returns the object that `JSON.parse` gives for OTLP's JSON, except for 64-bit numbers (bigint) and bytes. */
export function readMessage(reader: BinaryReader, end: number, fields: Fields): Message {
  const message: Record<string, unknown> = {};
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    const field = fields[number];
    if (field === undefined) reader.skip(wireType, number);
    else if (field.isRepeated) readElement(reader, wireType, number, field, message);
    else if (wireType === field.wireType) message[field.name] = field.read(reader);
    else reader.skip(wireType, number);
  }
  if (reader.pos !== end) throw new RangeError('a field is longer than its message');
  return message;
}

/** Numbers may come one by one, or packed into one field. */
function readElement(
  reader: BinaryReader,
  wireType: WireType,
  number: number,
  { name, read, wireType: expected }: Field,
  message: Record<string, unknown>,
): void {
  const values = (message[name] as unknown[] | undefined) ?? [];
  message[name] = values;
  if (wireType === expected) values.push(read(reader));
  else if (wireType === WireType.LengthDelimited) {
    const end = endOfNext(reader);
    while (reader.pos < end) values.push(read(reader));
  } else reader.skip(wireType, number);
}

/** Reads a nested message. A broken one is marked, and reading continues after it. */
export function readRecord(reader: BinaryReader, fields: Fields): Message | typeof MALFORMED {
  const end = endOfNext(reader);
  try {
    return readMessage(reader, end, fields);
  } catch {
    reader.pos = end;
    return MALFORMED;
  }
}

export function readNested(reader: BinaryReader, fields: Fields): Message {
  return readMessage(reader, endOfNext(reader), fields);
}

function endOfNext(reader: BinaryReader): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError('a length exceeds the body');
  return end;
}
