import fc from 'fast-check';
import protobufjs from 'otlp-protobufjs/build/src/generated/root.js';
import { describe, expect, it } from 'vitest';
import { otlpItems } from '../../../test/support/builders/otlp-items.ts';
import type { Item, Signal } from '../items/item.ts';
import { decodeJson } from './decode-json.ts';
import { decodeProtobuf } from './decode-protobuf.ts';
import { encodeJson } from './encode-json.ts';
import { encodeProtobuf } from './encode-protobuf.ts';

describe.each(['logs', 'metrics', 'traces'] as const)('%s', (signal) => {
  it('comes back from protobuf as it was', () => {
    fc.assert(
      fc.property(otlpItems[signal]() as fc.Arbitrary<Item[]>, (items) => {
        const bytes = encodeProtobuf[signal](items as never);

        expect(decodeProtobuf(signal, bytes, 0)).toEqual({ items, rejected: 0 });
      }),
    );
  });

  it('comes back from JSON as it was', () => {
    fc.assert(
      fc.property(otlpItems[signal]() as fc.Arbitrary<Item[]>, (items) => {
        const json = encodeJson[signal](items as never);

        expect(decodeJson(signal, json, 0)).toEqual({ items, rejected: 0 });
      }),
    );
  });

  it('is the same to the decoder of protobufjs, which knows the official schema, in protobuf and JSON', () => {
    fc.assert(
      fc.property(otlpItems[signal]() as fc.Arbitrary<Item[]>, (items) => {
        const bytes = encodeProtobuf[signal](items as never);
        const json = encodeJson[signal](items as never);

        const Request = officialRequest(signal);
        const fromJson = Request.encode(Request.fromObject(withBase64Ids(JSON.parse(json)))).finish();
        expect(shown(Request, bytes)).toEqual(shown(Request, fromJson));
      }),
    );
  });

  it('is read as what protobufjs wrote', () => {
    fc.assert(
      fc.property(otlpItems[signal]() as fc.Arbitrary<Item[]>, (items) => {
        const Request = officialRequest(signal);
        const json = encodeJson[signal](items as never);
        const bytes = Request.encode(Request.fromObject(withBase64Ids(JSON.parse(json)))).finish();

        expect(decodeProtobuf(signal, bytes, 0)).toEqual({ items, rejected: 0 });
      }),
    );
  });
});

function shown(Request: OfficialType, bytes: Uint8Array): object {
  return Request.toObject(Request.decode(bytes), { longs: String, bytes: String, defaults: true });
}

interface OfficialType {
  decode(bytes: Uint8Array): object;
  encode(message: object): { finish(): Uint8Array };
  fromObject(json: object): object;
  toObject(message: object, options: object): object;
}

function officialRequest(signal: Signal): OfficialType {
  const { collector } = (protobufjs as unknown as Official).opentelemetry.proto;
  if (signal === 'logs') return collector.logs.v1.ExportLogsServiceRequest;
  return signal === 'metrics'
    ? collector.metrics.v1.ExportMetricsServiceRequest
    : collector.trace.v1.ExportTraceServiceRequest;
}

/** The module's own types say nothing of what it holds. */
interface Official {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly logs: { readonly v1: { readonly ExportLogsServiceRequest: OfficialType } };
        readonly metrics: { readonly v1: { readonly ExportMetricsServiceRequest: OfficialType } };
        readonly trace: { readonly v1: { readonly ExportTraceServiceRequest: OfficialType } };
      };
    };
  };
}

/** Protobuf's own JSON has bytes in base64 everywhere; OTLP's has ids in hex. */
function withBase64Ids(json: unknown): object {
  return JSON.parse(JSON.stringify(json), (key, value) =>
    typeof value === 'string' && ID_KEYS.has(key) ? Buffer.from(value, 'hex').toString('base64') : value,
  );
}

const ID_KEYS = new Set(['traceId', 'spanId', 'parentSpanId']);
