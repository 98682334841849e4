import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Attributes, Value } from '../items/item.ts';
import { DEEPEST, isInt64, isWhole, TOO_DEEP } from './mapping.ts';

export function writeAttributes(writer: BinaryWriter, tag: number, attributes: Attributes, depth = 1): void {
  for (const key in attributes) {
    writer.uint32(tag).fork();
    writer.uint32(10).string(key);
    writer.uint32(18).fork();
    writeValue(writer, attributes[key] as Value, depth);
    writer.join();
    writer.join();
  }
}

export function writeTextAttribute(writer: BinaryWriter, tag: number, key: string, value: string | undefined): void {
  if (value === undefined) return;
  writer.uint32(tag).fork();
  writer.uint32(10).string(key);
  writer.uint32(18).fork();
  writer.uint32(10).string(value);
  writer.join();
  writer.join();
}

/** The fields of an AnyValue; null has none. */
export function writeValue(writer: BinaryWriter, value: Value, depth: number): void {
  if (typeof value === 'string') writer.uint32(10).string(value);
  else if (typeof value === 'boolean') writer.uint32(16).bool(value);
  else if (typeof value === 'number') {
    if (!isWhole(value)) writer.uint32(33).double(value);
    else if ((value | 0) === value) writer.uint32(24).int32(value);
    else writer.uint32(24).int64(value);
  } else if (typeof value === 'bigint') {
    if (isInt64(value)) writer.uint32(24).int64(value);
    else writer.uint32(10).string(value.toString());
  } else if (value !== null && value !== undefined) writeComposite(writer, value, depth);
}

function writeComposite(writer: BinaryWriter, value: Value & object, depth: number): void {
  if (value instanceof Uint8Array) {
    writer.uint32(58).bytes(value);
    return;
  }
  if (depth > DEEPEST) {
    writer.uint32(10).string(TOO_DEEP);
    return;
  }
  if (Array.isArray(value)) {
    writer.uint32(42).fork();
    for (const element of value as readonly Value[]) {
      writer.uint32(10).fork();
      writeValue(writer, element, depth + 1);
      writer.join();
    }
  } else {
    writer.uint32(50).fork();
    writeAttributes(writer, 10, value as Attributes, depth + 1);
  }
  writer.join();
}

export function writeText(writer: BinaryWriter, tag: number, text: string | undefined): void {
  if (text !== undefined && text !== '') writer.uint32(tag).string(text);
}

/** Omits invalid ids, for which receivers would refuse the whole request. */
export function writeId(writer: BinaryWriter, tag: number, id: string | undefined, digits: 16 | 32): void {
  if (id === undefined || id.length !== digits) return;
  const bytes = Buffer.from(id, 'hex');
  if (bytes.length === digits / 2) writer.uint32(tag).bytes(bytes);
}

export function writeUint(writer: BinaryWriter, tag: number, value: number | undefined): void {
  if (value !== undefined && value !== 0) writer.uint32(tag).uint32(value >>> 0);
}

export function writeFlags(writer: BinaryWriter, tag: number, flags: number | undefined): void {
  if (flags !== undefined && flags !== 0) writer.uint32(tag).fixed32(flags >>> 0);
}

export function writeNumber(writer: BinaryWriter, doubleTag: number, intTag: number, value: number | bigint): void {
  if (typeof value === 'bigint' && isInt64(value)) writer.uint32(intTag).sfixed64(value);
  else writer.uint32(doubleTag).double(Number(value));
}

export function writeDouble(writer: BinaryWriter, tag: number, value: number | undefined): void {
  if (value !== undefined) writer.uint32(tag).double(value);
}

/** The writer throws for an invalid count, which would lose the whole batch. */
export function whole(count: number): number {
  return count >= 0 && count <= Number.MAX_SAFE_INTEGER ? Math.trunc(count) : 0;
}

/** Nanoseconds in 64 bits, as two halves: the product would exceed 2^53, and a bigint for each line costs time. */
export function writeTime(writer: BinaryWriter, tag: number, ns: bigint | undefined, ms: number | undefined): void {
  if (ns !== undefined) {
    writer.uint32(tag).fixed64(BigInt.asUintN(64, ns));
    return;
  }
  if (ms === undefined || !(ms >= 0 && ms < LATEST_MS)) return;
  const wholeMs = Math.trunc(ms);
  const nsOfHigh = Math.trunc(wholeMs / 2 ** 21) * 1_000_000;
  const low = (wholeMs % 2 ** 21) * 1_000_000 + Math.round((ms - wholeMs) * 1_000_000) + (nsOfHigh % 2 ** 11) * 2 ** 21;
  const high = Math.trunc(nsOfHigh / 2 ** 11) + Math.trunc(low / 2 ** 32);
  writer
    .uint32(tag)
    .fixed32(low % 2 ** 32)
    .fixed32(high);
}

/** 2^64 ns, in the year 2554. */
const LATEST_MS = 18_446_744_073_709;
