import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Signal } from '../items/item.ts';

/** A receiver accepted a request, but not all of its items. */
export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

/** Reads the answer to an accepted request; undefined if it is empty or cannot be read. */
export function readPartialSuccess(body: Uint8Array, isJson: boolean): PartialSuccess | undefined {
  try {
    return isJson ? partialSuccessOfJson(body) : partialSuccessOfProtobuf(body);
  } catch {
    return undefined;
  }
}

/** The message in the answer to a refused request, which is a `google.rpc.Status`. */
export function readStatusMessage(body: Uint8Array): string {
  try {
    return readTextField(body, 2) ?? '';
  } catch {
    return '';
  }
}

export function encodeResponse(signal: Signal, isJson: boolean, partial: PartialSuccess | undefined): Uint8Array {
  if (partial === undefined) return isJson ? Buffer.from('{}') : new Uint8Array();
  const { rejected, message } = partial;
  if (isJson) {
    const partialSuccess = { [REJECTED[signal]]: String(rejected), errorMessage: message };
    return Buffer.from(JSON.stringify({ partialSuccess }));
  }
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int64(rejected).tag(2, WireType.LengthDelimited).string(message);
  return writer.join().finish();
}

export function encodeStatus(isJson: boolean, message: string): Uint8Array {
  if (isJson) return Buffer.from(JSON.stringify({ message }));
  return new BinaryWriter().tag(2, WireType.LengthDelimited).string(message).finish();
}

function partialSuccessOfJson(body: Uint8Array): PartialSuccess | undefined {
  const { partialSuccess } = JSON.parse(Buffer.from(body).toString());
  if (typeof partialSuccess !== 'object' || partialSuccess === null) return undefined;
  const rejected = Object.values(REJECTED).map((key) => Number(partialSuccess[key] ?? 0));
  return { rejected: Math.max(...rejected), message: String(partialSuccess.errorMessage ?? '') };
}

function partialSuccessOfProtobuf(body: Uint8Array): PartialSuccess | undefined {
  const reader = new BinaryReader(body);
  let partial: PartialSuccess | undefined;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number !== 1 || wireType !== WireType.LengthDelimited) reader.skip(wireType, number);
    else {
      const bytes = reader.bytes();
      partial = { rejected: readIntField(bytes, 1) ?? 0, message: readTextField(bytes, 2) ?? '' };
    }
  }
  return partial;
}

function readIntField(body: Uint8Array, field: number): number | undefined {
  const reader = new BinaryReader(body);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field && wireType === WireType.Varint) return Number(reader.int64());
    reader.skip(wireType, number);
  }
  return undefined;
}

function readTextField(body: Uint8Array, field: number): string | undefined {
  const reader = new BinaryReader(body);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field && wireType === WireType.LengthDelimited) return reader.string();
    reader.skip(wireType, number);
  }
  return undefined;
}

const REJECTED = { logs: 'rejectedLogRecords', metrics: 'rejectedDataPoints', traces: 'rejectedSpans' } as const;
