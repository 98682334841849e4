import { EventStreamCodec } from '@smithy/eventstream-codec';
import fc from 'fast-check';
import { invokeComplete, payloadChunk } from '../../../emulator/apis/event-stream.ts';
import { readFlags, words } from '../../../emulator/command-line.ts';
import { encodeFrame, frameReader, lineReader } from '../../../emulator/environment/output.ts';
import { hintAtOutput } from '../../../emulator/environment/output-hints.ts';
import { step } from '../../../emulator/environment/phases.ts';
import { type FunctionConfiguration, initialState } from '../../../emulator/environment/state.ts';
import { decodeSubscription } from '../../../emulator/environment/subscription.ts';
import { hostileJsonText } from '../inputs/hostile-json.ts';
import { hostileText } from '../inputs/hostile-text.ts';
import { mutatedBytes, mutatedText } from '../inputs/mutate.ts';
import { parser } from '../parser.ts';

const subscription = {
  schemaVersion: '2022-12-13',
  types: ['platform', 'function'],
  buffering: { maxItems: 1_000, maxBytes: 262_144, timeoutMs: 25 },
  destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain:2775' },
};
const config: FunctionConfiguration = {
  functionName: 'f',
  functionVersion: '$LATEST',
  functionArn: 'arn',
  accountId: '1',
  handler: 'index.handler',
  memoryMB: 128,
  timeoutMs: 3_000,
  initializationType: 'on-demand',
  initLimitMs: 10_000,
  instanceId: 'i',
  runtimeVersion: 'nodejs:24',
  concurrency: 1,
  whenBusy: 'wait',
  freezes: true,
  spindownAfterMs: undefined,
};
const identifier = '00000000-0000-4000-8000-000000000001';
const question = fc.oneof(
  fc.record({
    type: fc.constant('register'),
    name: fc.oneof(fc.constant('mine'), hostileText),
    features: hostileText,
    body: hostileJsonText([{ events: ['INVOKE', 'SHUTDOWN'] }]),
    newIdentifier: fc.constant(identifier),
  }),
  fc.record({
    type: fc.constant('subscribe'),
    api: fc.constantFrom('telemetry', 'logs'),
    identifier: fc.oneof(fc.constant(identifier), hostileText),
    body: hostileJsonText([subscription]),
  }),
  fc.record({
    type: fc.constant('extension-next'),
    identifier: fc.oneof(fc.constant(identifier), hostileText),
    eventIdentifier: fc.constant('e'),
  }),
  fc.record({
    type: fc.constant('extension-error'),
    during: fc.constantFrom('init', 'exit'),
    identifier: fc.oneof(fc.constant(identifier), hostileText),
    errorType: hostileText,
  }),
  fc.record({ type: fc.constant('runtime-next') }),
  fc.record({ type: fc.constant('response-started'), requestId: hostileText, mode: hostileText }),
  fc.record({
    type: fc.constant('invocation-error'),
    requestId: hostileText,
    errorType: hostileText,
    body: hostileText.map((text) => Buffer.from(text)),
  }),
  fc.record({
    type: fc.constant('runtime-init-error'),
    errorType: hostileText,
    body: hostileText.map((text) => Buffer.from(text)),
  }),
  fc.constant({ type: 'extensions-found', names: ['mine'] }),
) as fc.Arbitrary<object>;
const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString(),
  (text) => Buffer.from(text),
);

export const emulatorParsers = [
  parser({
    name: 'emulator: subscriptions of the Telemetry API',
    inputs: fc.tuple(hostileJsonText([subscription]), fc.boolean()),
    start:
      () =>
      ([body, isManaged]) =>
        decodeSubscription(body, { isManaged }),
  }),
  parser({
    name: 'emulator: calls of the Runtime, Extensions and Telemetry API, in any order',
    inputs: fc.array(question, { minLength: 1, maxLength: 12 }),
    start: () => (questions) => {
      let state = step(initialState, { type: 'init' }, { wallMs: 0, monotonicMs: 0 }, config).state;
      for (const [index, one] of questions.entries()) {
        const event = { ...one, call: index } as never;
        state = step(state, event, { wallMs: index, monotonicMs: index }, config).state;
      }
    },
  }),
  parser({
    name: 'emulator: output of processes, cut anywhere',
    inputs: fc.tuple(
      mutatedBytes([encodeFrame('a message\n', 1), Buffer.concat([encodeFrame('a', 1), encodeFrame('bé', 2)])]),
      fc.nat(),
    ),
    start:
      () =>
      ([bytes, cut]) => {
        const lines = lineReader((line) => hintAtOutput(line, 'f', '/layers'));
        const frames = frameReader(() => undefined);
        const at = cut % (bytes.length + 1);
        for (const part of [bytes.subarray(0, at), bytes.subarray(at)]) {
          lines.push(part);
          frames.push(part);
        }
        lines.end();
      },
  }),
  parser({
    name: 'emulator: frames of streamed responses, read by AWS’s own codec',
    inputs: fc.tuple(fc.uint8Array({ maxLength: 2_000 }), hostileText),
    start:
      () =>
      ([payload, details]) => {
        const { body } = codec.decode(payloadChunk(payload));
        if (!Buffer.from(body).equals(payload)) throw new Error('the payload came back changed');
        const end = codec.decode(invokeComplete({ ErrorCode: 'Unhandled', ErrorDetails: details }));
        JSON.parse(Buffer.from(end.body).toString());
      },
  }),
  parser({
    name: 'emulator: its command line',
    inputs: fc.dictionary(
      fc.constantFrom(
        'port',
        'memory',
        'timeout',
        'initType',
        'concurrency',
        'logFormat',
        'whenBusy',
        'spindownAfter',
        'runtimeCommand',
        'handler',
      ),
      fc.oneof(mutatedText(['9000', '"a b" c', 'on-demand', '1.5']), hostileText, fc.double()),
      { noNullPrototype: true },
    ),
    start: () => (flags) => {
      readFlags(flags as never, {});
      words(String(flags.runtimeCommand ?? ''));
    },
  }),
];
