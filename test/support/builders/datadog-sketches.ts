import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** What a SketchPayload of Datadog's says. */
export function sketchesIn(payload: Uint8Array) {
  return fieldsOf(payload).map(([, bytes]) => sketchIn(bytes as Uint8Array));
}

function sketchIn(bytes: Uint8Array) {
  const sketch = fieldsOf(bytes);
  const texts = (field: number) =>
    sketch.filter(([number]) => number === field).map(([, value]) => Buffer.from(value as Uint8Array).toString());
  const point = new Map(fieldsOf(sketch.find(([number]) => number === 7)?.[1] as Uint8Array));
  const packed = (field: number, read: (reader: BinaryReader) => number) => {
    const reader = new BinaryReader(point.get(field) as Uint8Array);
    const values: number[] = [];
    while (reader.pos < reader.len) values.push(read(reader));
    return values;
  };
  return {
    metric: texts(1)[0],
    host: texts(2)[0],
    tags: texts(4),
    ts: point.get(1),
    cnt: point.get(2),
    min: point.get(3),
    max: point.get(4),
    avg: point.get(5),
    sum: point.get(6),
    k: packed(7, (reader) => reader.sint32()),
    n: packed(8, (reader) => reader.uint32()),
  };
}

/** The fields of a message by their numbers, in order: numbers, or bytes. */
function fieldsOf(bytes: Uint8Array): [field: number, value: number | Uint8Array][] {
  const reader = new BinaryReader(bytes);
  const fields: [number, number | Uint8Array][] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type === WireType.Varint) fields.push([field, Number(reader.uint64())]);
    else if (type === WireType.Bit64) fields.push([field, reader.double()]);
    else fields.push([field, reader.bytes()]);
  }
  return fields;
}
