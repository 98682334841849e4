import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/index.ts';
import { decodeEventStream } from '../integration/emulator/decode-event-stream.ts';
import { HANDLERS, STREAMED } from './aws-lambda-ric/handlers/cases.mjs';

/** AWS's runtime client 4.0.2 from npm, unmodified but for its native addon, and its handlers. */
const RIC = fileURLToPath(new URL('./aws-lambda-ric', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../node_modules/aws-lambda-ric', import.meta.url));
const AWS_RUNTIME = [
  process.execPath,
  ...[
    '--expose-gc',
    '--max-http-header-size=81920',
    '--require',
    join(RIC, 'rapid-client.cjs'),
    join(PACKAGE, 'index.mjs'),
  ],
];

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ric-'));
  cpSync(join(RIC, 'handlers'), folder, { recursive: true });
  copyFileSync(join(folder, 'syntax.txt'), join(folder, 'syntax.mjs'));
  writeFileSync(join(folder, 'imports.mjs'), 'import "nowhere"; export const handler = () => 1;');
  writeFileSync(join(folder, 'requires.cjs'), 'require("nowhere");');
  mkdirSync(join(folder, 'node_modules/ours'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/ours/index.js'), 'exports.handler = () => "of a package"');
  writeFileSync(join(folder, 'node_modules/ours/file.js'), 'exports.handler = () => "of its file"');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Where the client's own files lie, when it is and how deep the stack is below the function are not its behaviour. */
function normal(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    .replaceAll(/(,|\\n)?\\*"? {4,}at [^"]*?(\\*")(?=[,\]])/g, '')
    .replaceAll(/\n +at [^"\n]*/g, '')
    .replaceAll(/\\n +at [^"]*/g, '')
    .replaceAll(/(file:\/\/)?\/[^\s"']*(aws-lambda-ric|node-runtime)\/\S+?\.(mjs|ts)(:\d+)?/g, 'CLIENT');
}

/** What the function logs through the client. Its own output comes by another pipe, at any moment; and what Node.js itself prints of an end shows the client's code. */
const logged = ({ lines }: Emulator) =>
  lines.flatMap(({ source, text }) => (source === 'function' && /^(\d{4}-|\{")/.test(text) ? [normal(text)] : []));

type Observed = { answers: unknown[]; logs: string[] };

async function observe(
  runtimeCommand: string[] | undefined,
  handler: string,
  events: readonly object[],
  environment: Record<string, string> = {},
  options: Partial<EmulatorOptions> = {},
): Promise<Observed> {
  await using emulator = await startEmulator({
    functionDir: folder,
    optDir: 'none',
    handler,
    timeoutMs: 600_000,
    initLimitMs: 600_000,
    environment,
    runtimeCommand,
    ...options,
  });
  const answers: unknown[] = [];
  for (const event of events) answers.push(await (handler.endsWith('streamed') ? callStreamed : call)(emulator, event));
  return { answers, logs: logged(emulator) };
}

function withoutRepeats(lines: readonly string[]): string[] {
  return lines.filter((line, index) => line !== lines[index - 1]);
}

async function call(emulator: Emulator, event: object): Promise<unknown> {
  const { payload, functionError } = await emulator.invoke(event);
  return { payload: normal(payload), functionError };
}

/** The body of the stream, and how it ended. */
async function callStreamed(emulator: Emulator, event: object): Promise<unknown> {
  const url = emulator.invokeUrl
    .replace('2015-03-31', '2021-11-15')
    .replace(/invocations$/, 'response-streaming-invocations');
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(event) });
  const events = decodeEventStream(Buffer.from(await response.arrayBuffer()));
  const text = (type: string) =>
    events.flatMap(({ headers, payload }) => (headers[':event-type'] === type ? [payload.toString()] : [])).join('');
  const type = response.headers.get('x-amzn-remapped-content-type');
  return { type, body: text('PayloadChunk'), end: normal(text('InvokeComplete')) };
}

async function both(
  handler: string,
  events: readonly object[],
  environment: Record<string, string> = {},
  options: Partial<EmulatorOptions> = {},
) {
  const [aws, ours] = await Promise.all([
    observe(AWS_RUNTIME, handler, events, environment, options),
    observe(undefined, handler, events, environment, options),
  ]);
  return { aws, ours };
}

/**
 * Left out: the flags of the process, because a bootstrap sets them. Repeats of a stream's error in the log: AWS's client may ask
 * for the next event before it has reported the error, and then gets the same event again.
 */
describe('our Node.js runtime equals the runtime client of AWS, 4.0.2,', () => {
  it.each([
    ['text', {}],
    ['JSON', { AWS_LAMBDA_LOG_FORMAT: 'JSON' }],
    ['text from a level on', { AWS_LAMBDA_LOG_LEVEL: 'warn' }],
  ])('in results, errors, context, invoke store and logs as %s', async (_format, environment) => {
    const { aws, ours } = await both(
      'cases.handler',
      HANDLERS.map((name) => ({ case: name })),
      environment,
    );

    for (const [index, name] of HANDLERS.entries())
      expect({ name, ...Object(ours.answers[index]) }).toEqual({ name, ...Object(aws.answers[index]) });
    expect(ours.logs).toEqual(aws.logs);
    expect(aws.logs.length).toBeGreaterThan(HANDLERS.length / 2);
  });

  it('in streams', async () => {
    const { aws, ours } = await both(
      'cases.streamed',
      STREAMED.map((name) => ({ case: name })),
    );

    for (const [index, name] of STREAMED.entries())
      expect({ name, ...Object(ours.answers[index]) }).toEqual({ name, ...Object(aws.answers[index]) });
    expect(withoutRepeats(ours.logs)).toEqual(withoutRepeats(aws.logs));
  });

  it.each([
    ...['late.rejects', 'late.rejectsText', 'late.throws', 'late.exits', 'late.exitsWithout', 'late.never'],
    ...['syntax.handler', 'throws.handler', 'throws-text.handler', 'throws-name.handler', 'imports.handler'],
    ...[
      'requires.handler',
      'values.handler',
      'values.callback',
      'values.zero',
      'values.none',
      'values.nested.inner.handler',
    ],
    ...['default.handler', 'common.handler', './common.handler', 'app.handler', 'ours.handler', 'ours/file.handler'],
    ...['node_modules/ours/file.handler', 'nowhere.handler', 'noMethod', 'a..b', '.handler', 'values.'],
  ])('in the handler %s', async (handler) => {
    const { aws, ours } = await both(handler, [{}]);

    expect(ours).toEqual(aws);
  });

  /**
   * Listed differences: a result without JSON, such as a function, is an error with ours, while AWS's client answers nothing until the
   * time-out; and ours says when a thread ends.
   */
  describe('on managed instances', () => {
    const managed = { initializationType: 'lambda-managed-instances' } as const;
    const oneThread = { AWS_LAMBDA_NODEJS_WORKER_COUNT: '1' };

    it.each([
      ['JSON', oneThread],
      ['JSON, where the function asks for text', { ...oneThread, AWS_LAMBDA_LOG_FORMAT: 'Text' }],
    ])('in results, errors, context, invoke store and logs as %s', async (_format, environment) => {
      const names = HANDLERS.filter((name) => !['symbol', 'fn'].includes(name));

      const { aws, ours } = await both(
        'cases.handler',
        names.map((name) => ({ case: name })),
        environment,
        managed,
      );

      for (const [index, name] of names.entries())
        expect({ name, ...Object(ours.answers[index]) }).toEqual({ name, ...Object(aws.answers[index]) });
      expect(ours.logs).toEqual(aws.logs);
      expect(aws.logs.length).toBeGreaterThan(names.length / 2);
    });

    it('in streams', async () => {
      // These end the thread, while the next invocation may be on its way to it.
      const names = STREAMED.filter((name) => !['writeAfterEnd', 'destroy'].includes(name));

      const { aws, ours } = await both(
        'cases.streamed',
        names.map((name) => ({ case: name })),
        oneThread,
        managed,
      );

      for (const [index, name] of names.entries())
        expect({ name, ...Object(ours.answers[index]) }).toEqual({ name, ...Object(aws.answers[index]) });
    });

    it.each(['late.exits', 'late.throws', 'throws.handler', 'values.callback', 'nowhere.handler'])(
      'in the handler %s',
      async (handler) => {
        const { aws, ours } = await both(handler, [{}], oneThread, managed);

        expect(ours).toEqual(aws);
      },
    );

    it('in what a thread has for itself', async () => {
      const { aws, ours } = await both('threads.handler', [{}, {}], oneThread, managed);

      expect(ours).toEqual(aws);
    });
  });
});
