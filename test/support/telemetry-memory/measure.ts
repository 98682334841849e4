/**
 * `node --expose-gc measure.ts SEED json|protobuf [SHAPE]…`: for each shape it fills a buffer as the extension does. It prints what the buffer counts and
 * what the memory has grown by. It needs a process of its own, in which nothing else changes the heap.
 */
import { type ItemBuffer, itemBuffer } from '../../../extensions/telemetry/deliver/buffer.ts';
import { sharedRoom } from '../../../extensions/telemetry/deliver/room.ts';
import { correlator } from '../../../extensions/telemetry/invocations/correlate.ts';
import { platformEvents } from '../../../extensions/telemetry/invocations/platform-events.ts';
import { compactor } from '../../../extensions/telemetry/items/compact.ts';
import { byteEstimate } from '../../../extensions/telemetry/items/estimate-bytes.ts';
import type { Item, Signal } from '../../../extensions/telemetry/items/item.ts';
import { decodeJson } from '../../../extensions/telemetry/otlp/decode-json.ts';
import { decodeProtobuf } from '../../../extensions/telemetry/otlp/decode-protobuf.ts';
import { encodeProtobuf } from '../../../extensions/telemetry/otlp/encode-protobuf.ts';
import { equalSources } from '../../../extensions/telemetry/otlp/equal-sources.ts';
import { normaliser } from '../../../extensions/telemetry/read/normalise.ts';
import { recordsToItems } from '../../../extensions/telemetry/records-to-items.ts';
import { randomFrom } from './random.ts';
import { type Shape, shapes } from './shapes.ts';

export interface Measured {
  readonly shape: string;
  readonly isOrdinary: boolean;
  readonly countedBytes: number;
  readonly grownBytes: number;
}

const ITEMS = 2_000;
/** Before the measurement, so that the code is compiled and what recurs is known. */
const FIRST_ITEMS = 500;
/** As Lambda puts many lines into a delivery. */
const LINES_OF_A_DELIVERY = 50;
const NEGLIGIBLE_BYTES = 10_000;
const TIME = '2026-01-02T03:04:05.678Z';
const REQUEST_ID = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa';

const [seed, encoding, ...names] = process.argv.slice(2);
const random = randomFrom(Number(seed));
const measured: Measured[] = [];
const wanted = names.length === 0 ? shapes : shapes.filter(({ name }) => names.includes(name));
for (const shape of wanted) measured.push(await measure(shape));
console.log(JSON.stringify(measured));

async function measure(shape: Shape): Promise<Measured> {
  const fill = fillerOf(shape);
  const buffer = newBuffer();
  fill(buffer, 0, FIRST_ITEMS);
  buffer.handOver();
  const before = await usedBytes();
  fill(buffer, FIRST_ITEMS, ITEMS);
  const grownBytes = (await usedBytes()) - before;
  const countedBytes = buffer.bytes;
  // V8 may keep the buffer alive for some time.
  buffer.handOver();
  return { shape: shape.name, isOrdinary: shape.isOrdinary === true, countedBytes, grownBytes };
}

function fillerOf({ input }: Shape) {
  const source = { resource: { 'service.name': 'shop' }, scope: { name: 'lambda' } };
  const platform = platformEvents({ source, functionName: 'shop', isManagedInstances: false });
  const { invocations } = platform;
  const correlation = correlator({
    invocations,
    isManagedInstances: false,
    hasPlatformRecords: () => true,
    adoptsSpans: true,
  });
  const memory = compactor();
  const estimate = byteEstimate(memory.shared);
  const unify = equalSources(memory.fields);
  const { isInvocation } = correlation;
  const normalise = normaliser({ source, embeddedMetrics: 'metrics', takesMetrics: true, isInvocation });
  const toItems = recordsToItems({ source, normalise, platform, correlator: correlation, compactor: memory });
  toItems([{ time: TIME, type: 'platform.start', record: { requestId: REQUEST_ID } }], 0);

  return (buffer: ItemBuffer, from: number, count: number) => {
    const add = (items: readonly Item[]) => {
      for (const item of items) buffer.add(item, estimate(item));
    };
    for (let first = from; first < from + count; first += LINES_OF_A_DELIVERY) {
      const numbers = Array.from({ length: LINES_OF_A_DELIVERY }, (_, index) => first + index);
      if (input.kind === 'line') {
        const records = numbers.map((line) => ({ time: TIME, type: 'function', record: input.record(line, random) }));
        add(toItems(JSON.parse(Buffer.from(JSON.stringify(records)).toString()), 0));
        continue;
      }
      for (const item of numbers) {
        const decoded = decode(input.signal, input.request(item, random));
        add(correlation.correlate(memory.items(unify(decoded))));
      }
    }
  };
}

function decode(signal: Signal, request: object): Item[] {
  const { items } = decodeJson(signal, JSON.stringify(request), 0);
  return encoding === 'protobuf' ? decodeProtobuf(signal, encodeProtobuf[signal](items as never), 0).items : items;
}

function newBuffer(): ItemBuffer {
  return itemBuffer(sharedRoom({ mostItems: Number.POSITIVE_INFINITY, mostBytes: Number.POSITIVE_INFINITY }));
}

/** Collects until nothing more goes: V8 keeps the description of a shape for two collections, and frees bytes in the background. */
async function usedBytes(): Promise<number> {
  let bytes = Number.POSITIVE_INFINITY;
  for (let unchanged = 0; unchanged < 4; ) {
    await new Promise((resolve) => setTimeout(resolve, 3));
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    unchanged = bytes - (heapUsed + external) < NEGLIGIBLE_BYTES ? unchanged + 1 : 0;
    bytes = heapUsed + external;
  }
  return bytes;
}
