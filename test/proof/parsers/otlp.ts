import fc from 'fast-check';
import { compactor } from '../../../extensions/telemetry/items/compact.ts';
import { decodeJson } from '../../../extensions/telemetry/otlp/decode-json.ts';
import { decodeProtobuf } from '../../../extensions/telemetry/otlp/decode-protobuf.ts';
import { encodeJson } from '../../../extensions/telemetry/otlp/encode-json.ts';
import { encodeProtobuf } from '../../../extensions/telemetry/otlp/encode-protobuf.ts';
import { equalSources } from '../../../extensions/telemetry/otlp/equal-sources.ts';
import { MalformedOtlpError } from '../../../extensions/telemetry/otlp/message.ts';
import { encodeResponse, readPartialSuccess, readStatusMessage } from '../../../extensions/telemetry/otlp/response.ts';
import { otlpItems } from '../../support/builders/otlp-items.ts';
import { hostileJsonText } from '../inputs/hostile-json.ts';
import { hostileText } from '../inputs/hostile-text.ts';
import { mutatedBytes } from '../inputs/mutate.ts';
import { parser } from '../parser.ts';

const signals = ['logs', 'metrics', 'traces'] as const;
const refuses = (error: unknown) => error instanceof MalformedOtlpError;

/** Requests that use every field. They are the same in each run, since mutations need fixed samples. */
function samplesOf(signal: (typeof signals)[number]) {
  const items = fc.sample(otlpItems[signal]() as fc.Arbitrary<unknown[]>, { numRuns: 40, seed: 1 });
  return items.filter(({ length }) => length > 0);
}

const ofSignals = signals.flatMap((signal) => {
  const samples = samplesOf(signal);
  return [
    parser({
      name: `OTLP ${signal}, in JSON`,
      inputs: hostileJsonText(samples.map((items) => JSON.parse(encodeJson[signal](items as never)))),
      start() {
        const { fields, items: compact } = compactor();
        const withEqualSources = equalSources(fields);
        return (text) => {
          const { items } = decodeJson(signal, text, 0);
          encodeProtobuf[signal](compact(withEqualSources(items)) as never);
        };
      },
      refuses,
    }),
    parser({
      name: `OTLP ${signal}, in protobuf`,
      inputs: mutatedBytes(samples.map((items) => encodeProtobuf[signal](items as never))),
      start() {
        const { fields, items: compact } = compactor();
        const withEqualSources = equalSources(fields);
        return (bytes) => {
          const { items } = decodeProtobuf(signal, bytes, 0);
          encodeJson[signal](compact(withEqualSources(items)) as never);
        };
      },
      refuses,
    }),
  ];
});

const partial = { rejected: 3, message: 'too old' };
const answers = [true, false].map((isJson) => encodeResponse('logs', isJson, partial));

export const otlpParsers = [
  ...ofSignals,
  parser({
    name: 'answers of OTLP receivers',
    inputs: fc.tuple(
      fc.oneof(
        mutatedBytes(answers),
        hostileText.map((text) => Buffer.from(text)),
      ),
      fc.boolean(),
    ),
    start:
      () =>
      ([body, isJson]) => [readPartialSuccess(body, isJson), readStatusMessage(body)],
  }),
];
