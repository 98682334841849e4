import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { MALFORMED, type Message, MOST_PARTS, TOO_MANY_PARTS, TooManyPartsError } from './message.ts';

/** Counts what is read, since two bytes can be a message, and two million of them would take seconds. */
export class CountingReader extends BinaryReader {
  #parts = 0;

  countPart(weight = 1): void {
    this.#parts += weight;
    if (this.#parts > MOST_PARTS) throw new TooManyPartsError(TOO_MANY_PARTS);
  }
}

/** The exception of a message that cannot be read takes as long as this many messages. */
const MALFORMED_WEIGHT = 20;

/** Fields by their numbers. */
export type Fields = readonly (Field | undefined)[];

export interface Field {
  /** The name in OTLP's JSON. */
  readonly name: string;
  readonly wireType: WireType;
  readonly read: (reader: CountingReader) => unknown;
  readonly isRepeated: boolean;
}

/** Returns the object that `JSON.parse` gives for OTLP's JSON, except for 64-bit numbers (bigint) and bytes. */
export function readMessage(reader: CountingReader, end: number, fields: Fields): Message {
  reader.countPart();
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
  reader: CountingReader,
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
    while (reader.pos < end) {
      reader.countPart();
      values.push(read(reader));
    }
  } else reader.skip(wireType, number);
}

/** Reads a nested message. A broken one is marked, and reading continues after it. */
export function readRecord(reader: CountingReader, fields: Fields): Message | typeof MALFORMED {
  const end = endOfNext(reader);
  try {
    return readMessage(reader, end, fields);
  } catch (error) {
    if (error instanceof TooManyPartsError) throw error;
    reader.countPart(MALFORMED_WEIGHT);
    reader.pos = end;
    return MALFORMED;
  }
}

export function readNested(reader: CountingReader, fields: Fields): Message {
  return readMessage(reader, endOfNext(reader), fields);
}

function endOfNext(reader: CountingReader): number {
  const length = reader.uint32();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError('a length exceeds the body');
  return end;
}
