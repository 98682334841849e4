import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmulatorOptions, startEmulator } from '../../emulator/index.ts';
import { HANDLERS, STREAMED } from './aws-lambda-ric/handlers/cases.mjs';
import { awsClient, makeHandlers, type Observe, observer } from './aws-lambda-ric/observe.ts';

/** AWS's runtime client 4.0.2. */
const PACKAGE = fileURLToPath(new URL('../../node_modules/aws-lambda-ric', import.meta.url));
const AWS_RUNTIME = awsClient('rapid-client.cjs', join(PACKAGE, 'index.mjs'));

let handlers: ReturnType<typeof makeHandlers>;
let observe: Observe;
beforeAll(() => {
  handlers = makeHandlers();
  observe = observer(startEmulator, handlers.folder);
});
afterAll(() => handlers[Symbol.dispose]());

function withoutRepeats(lines: readonly string[]): string[] {
  return lines.filter((line, index) => line !== lines[index - 1]);
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
