import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeEventStream } from './decode-event-stream.ts';
import { setStage, taskRootOf } from './stage.ts';

async function invokeStreaming(invokeUrl: string) {
  const { origin } = new URL(invokeUrl);
  const url = `${origin}/2021-11-15/functions/function/response-streaming-invocations`;
  const response = await fetch(url, { method: 'POST', body: '{}' });
  const events = decodeEventStream(Buffer.from(await response.arrayBuffer()));
  const body = Buffer.concat(
    events.filter(({ headers }) => headers[':event-type'] === 'PayloadChunk').map(({ payload }) => payload),
  );
  return { response, events, body, complete: JSON.parse(events.at(-1)?.payload.toString() ?? '') };
}

describe('handlers', () => {
  it.each([
    ['index.handler', { 'index.mjs': 'export const handler = () => "esm"' }, 'esm'],
    ['index.handler', { 'index.cjs': 'exports.handler = async () => "cjs"' }, 'cjs'],
    ['index.handler', { 'index.js': 'exports.handler = async () => "js"' }, 'js'],
    [
      'index.handler',
      { 'index.js': 'export const handler = () => "typed"', 'package.json': '{"type":"module"}' },
      'typed',
    ],
    ['src/lib/app.deep.down', { 'src/lib/app.mjs': 'export const deep = { down: () => "nested" }' }, 'nested'],
    [
      'index.handler',
      { 'index.mjs': 'const value = await Promise.resolve("awaited"); export const handler = () => value' },
      'awaited',
    ],
  ])('are found by the name %s in %j', async (handlerName, files, expected) => {
    await using stage = await setStage({ handlerName, files });

    expect((await stage.emulator.invoke()).json()).toBe(expected);
  });

  it('get event and context', async () => {
    await using stage = await setStage({
      handler: `export const handler = (event, context) => ({
        event,
        context: { ...context, remainingMs: context.getRemainingTimeInMillis() },
        _HANDLER: process.env._HANDLER,
        root: process.env.LAMBDA_TASK_ROOT,
        cwd: process.cwd(),
      })`,
      functionName: 'shop',
      memoryMB: 256,
      timeoutMs: 9_000,
      tenantIsolation: true,
    });

    const result = await stage.emulator.invoke({ a: 1 }, { tenantId: 'blue' });

    expect(result.json()).toEqual({
      event: { a: 1 },
      context: {
        functionName: 'shop',
        functionVersion: '$LATEST',
        memoryLimitInMB: '256',
        logGroupName: '/aws/lambda/shop',
        logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
        awsRequestId: result.requestId,
        invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:shop',
        xRayTraceId: expect.stringMatching(/^Root=/),
        tenantId: 'blue',
        remainingMs: expect.any(Number),
      },
      _HANDLER: 'index.handler',
      root: taskRootOf(stage),
      cwd: taskRootOf(stage),
    });
  });

  it.each([
    ['missing', { 'other.mjs': '' }, 'index.handler', 'Runtime.ImportModuleError', /Cannot find module 'index'/],
    ['importing what is missing', { 'index.mjs': 'import "./gone.mjs"' }, 'index.handler', 'Error', /gone\.mjs/],
    [
      'with a syntax error',
      { 'index.mjs': 'export const = 1' },
      'index.handler',
      'Runtime.UserCodeSyntaxError',
      /^SyntaxError: /,
    ],
    [
      'without the export',
      { 'index.mjs': 'export const main = 1' },
      'index.handler',
      'Runtime.HandlerNotFound',
      /is undefined or not exported$/,
    ],
    [
      'that is no function',
      { 'index.mjs': 'export const handler = 1' },
      'index.handler',
      'Runtime.HandlerNotFound',
      /is not a function$/,
    ],
    [
      'with a callback',
      { 'index.mjs': 'export const handler = (a, b, c) => c()' },
      'index.handler',
      'Runtime.CallbackHandlerDeprecated',
      /callback/,
    ],
    ['of a bad name', { 'index.mjs': '' }, 'index', 'Runtime.MalformedHandlerName', /^Bad handler$/],
  ])(
    'that cannot be used, %s, fail init as in Lambda, with a hint',
    async (_what, files, handlerName, errorType, message) => {
      await using stage = await setStage({ files, handlerName });

      const result = await stage.emulator.invoke();

      expect(result.functionError).toBe('Unhandled');
      expect(result.json()).toMatchObject({ errorType, errorMessage: expect.stringMatching(message) });
      const hint = await stage.emulator.untilLine(({ source }) => source === 'hint');
      expect(hint.text).toContain(handlerName);
    },
  );

  it('that throw give error type, message and trace; what is not an error gives its type', async () => {
    await using stage = await setStage({
      handler: 'export const handler = async ({ plain }) => { if (plain) throw "words"; throw new RangeError("far"); }',
    });

    const error = await stage.emulator.invoke();
    const plain = await stage.emulator.invoke({ plain: true });

    expect(error.json()).toEqual({
      errorType: 'RangeError',
      errorMessage: 'far',
      trace: expect.arrayContaining(['RangeError: far', expect.stringContaining('index.mjs')]),
    });
    expect(plain.json()).toEqual({ errorType: 'string', errorMessage: 'words', trace: [] });
  });

  it('that return nothing answer null', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => {}' });

    expect((await stage.emulator.invoke()).payload).toBe('null');
  });

  it.each([
    ['an exception', 'setTimeout(() => { throw new Error("late") })', 'Error: late'],
    ['a rejection', 'Promise.reject(new Error("lost"))', 'Error: lost'],
  ])('that leave %s uncaught end the process with 1, and Node.js prints it', async (_what, code, printed) => {
    await using stage = await setStage({
      handler: `export const handler = () => new Promise(() => { ${code}; setInterval(() => {}, 1_000); })`,
      timeoutMs: 20_000,
    });

    const result = await stage.emulator.invoke();

    expect(result.json()).toEqual({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${result.requestId} Error: Runtime exited with error: exit status 1`,
    });
    expect(stage.emulator.lines.map(({ text }) => text)).toContain(printed);
  });
});

describe('console', () => {
  it('writes time, request, level and message separated by tabs; several lines stay one record', async () => {
    await using stage = await setStage({
      handler: 'export const handler = () => { console.warn("one\\ntwo", { a: 1 }); process.stdout.write("raw\\n"); }',
    });

    const { requestId } = await stage.emulator.invoke();

    const texts = stage.emulator.lines.filter(({ source }) => source === 'function').map(({ text }) => text);
    expect(texts).toContainEqual(
      expect.stringMatching(new RegExp(`^\\d{4}-.*Z\t${requestId}\tWARN\tone\ntwo \\{ a: 1 \\}$`)),
    );
    expect(texts).toContain('raw');
  });

  it('writes JSON with levels, drops what is below the level asked for, and spells errors out', async () => {
    await using stage = await setStage({
      handler: `export const handler = () => {
        console.debug('hidden');
        console.info({ order: 7 });
        console.error('failed', new TypeError('no'));
      }`,
      logFormat: 'JSON',
      environment: { AWS_LAMBDA_LOG_LEVEL: 'INFO' },
    });

    const { requestId } = await stage.emulator.invoke();

    const records = stage.emulator.lines
      .filter(({ source }) => source === 'function')
      .map(({ text }) => JSON.parse(text));
    expect(records).toMatchObject([
      { level: 'INFO', requestId, message: { order: 7 } },
      { level: 'ERROR', requestId, errorType: 'TypeError', errorMessage: 'no', stackTrace: expect.any(Array) },
    ]);
    const platform = stage.emulator.lines
      .filter(({ source }) => source === 'platform')
      .map(({ text }) => JSON.parse(text));
    expect(platform).toContainEqual(expect.objectContaining({ type: 'platform.start' }));
  });
});

describe('an error that the handler throws is logged before it is posted', () => {
  const handler = `
    class OrderError extends Error {
      name = 'Order';
      order = { id: 7 };
    }
    export const handler = async ({ plain }) => { throw plain ?? new OrderError('two\\nlines'); };`;
  const stack = expect.arrayContaining([expect.stringContaining('index.mjs')]);

  it('in the text format, with what the error holds', async () => {
    await using stage = await setStage({ handler });

    const { requestId } = await stage.emulator.invoke();
    const plain = await stage.emulator.invoke({ plain: 'words' });

    const said = stage.emulator.lines
      .filter(({ source }) => source === 'function')
      .map(({ text }) => /^\d{4}-.*Z\t(.*)\tERROR\tInvoke Error \t(.*)$/.exec(text)?.slice(1) ?? [text]);
    expect(said.map(([id]) => id)).toEqual([requestId, plain.requestId]);
    expect(said.map(([, error = '']) => JSON.parse(error))).toEqual([
      { errorType: 'Order', errorMessage: 'two\nlines', name: 'Order', order: { id: 7 }, stack },
      { errorType: 'Error', errorMessage: 'words', stack: expect.any(Array) },
    ]);
    expect(Object.keys(JSON.parse(said[0]?.[1] ?? ''))).toEqual([
      'errorType',
      'errorMessage',
      'name',
      'order',
      'stack',
    ]);
  });

  it('in the JSON format, like any error that console.error gets alone', async () => {
    await using stage = await setStage({ handler, logFormat: 'JSON' });

    const { requestId } = await stage.emulator.invoke();
    const plain = await stage.emulator.invoke({ plain: 'words' });

    const said = stage.emulator.lines.filter(({ source }) => source === 'function').map(({ text }) => JSON.parse(text));
    const common = { timestamp: expect.any(String), level: 'ERROR' };
    expect(said).toEqual([
      {
        ...common,
        requestId,
        message: {
          errorType: 'OrderError',
          errorMessage: 'two\nlines',
          stackTrace: stack,
          name: 'Order',
          order: { id: 7 },
        },
      },
      {
        ...common,
        requestId: plain.requestId,
        message: { errorType: 'Error', errorMessage: 'words', stackTrace: expect.any(Array) },
      },
    ]);
  });

  it('also in the middle of a stream', async () => {
    await using stage = await setStage({
      handler: `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write('begun');
        throw new RangeError('half way');
      })`,
    });

    await invokeStreaming(stage.emulator.invokeUrl);

    const said = stage.emulator.lines.filter(({ text }) =>
      text.includes('\tERROR\tInvoke Error \t{"errorType":"RangeError"'),
    );
    expect(said).toHaveLength(1);
  });
});

describe('streaming', () => {
  it('frames the response for InvokeWithResponseStream, part by part, and without the limit of 6 MB', async () => {
    await using stage = await setStage({
      handler: `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.setContentType('text/plain');
        for (let i = 0; i < 8; i += 1) if (!stream.write('x'.repeat(1_048_576))) await new Promise((done) => stream.once('drain', done));
        stream.end('end');
      })`,
      timeoutMs: 20_000,
    });

    const { response, events, body, complete } = await invokeStreaming(stage.emulator.invokeUrl);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/vnd.amazon.eventstream');
    expect(events.length).toBeGreaterThan(3);
    expect(body.length).toBe(8 * 1_048_576 + 3);
    expect(body.subarray(-4).toString()).toBe('xend');
    expect(complete).toEqual({});
  });

  it('gives the first part to the caller before the last one exists', async () => {
    await using stage = await setStage({
      handler: `import { existsSync } from 'node:fs';
      export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write('first');
        while (!existsSync('go-on')) await new Promise(setImmediate);
        stream.end('last');
      })`,
      timeoutMs: 20_000,
    });
    const { origin } = new URL(stage.emulator.invokeUrl);
    const url = `${origin}/2021-11-15/functions/function/response-streaming-invocations`;
    const response = await fetch(url, { method: 'POST', body: '{}' });
    const reader = response.body?.getReader();

    const first = await reader?.read();
    writeFileSync(join(stage.folder, 'function/go-on'), '');

    expect(decodeEventStream(Buffer.from(first?.value ?? [])).map(({ payload }) => payload.toString())).toEqual([
      'first',
    ]);
    while (!(await reader?.read())?.done);
  });

  it('passes the prelude of an HTTP integration on: JSON, eight NUL bytes, the body', async () => {
    await using stage = await setStage({
      handler: `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' } });
        http.write('created');
        http.end();
      })`,
    });

    const { response, body } = await invokeStreaming(stage.emulator.invokeUrl);

    expect(response.headers.get('x-amzn-remapped-content-type')).toBe(
      'application/vnd.awslambda.http-integration-response',
    );
    expect(body.toString()).toBe(`{"statusCode":201,"headers":{"a":"b"}}${'\0'.repeat(8)}created`);
  });

  it('ends with the error when the handler fails after the first part', async () => {
    await using stage = await setStage({
      handler: `export const handler = awslambda.streamifyResponse(async (event, stream) => {
        stream.write('begun');
        throw new Error('half way');
      })`,
    });

    const { body, complete } = await invokeStreaming(stage.emulator.invokeUrl);

    expect(body.toString()).toBe('begun');
    expect(complete.ErrorCode).toBe('Unhandled');
    expect(JSON.parse(complete.ErrorDetails)).toMatchObject({ errorType: 'Error', errorMessage: 'half way' });
  });

  it('is collected for callers of the plain Invoke API', async () => {
    await using stage = await setStage({
      handler: `export const handler = awslambda.streamifyResponse(async (event, stream) => { stream.write('{"a"'); stream.end(':1}'); })`,
    });

    expect((await stage.emulator.invoke()).json()).toEqual({ a: 1 });
  });

  it('carries the answer of a handler that does not stream', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => ({ a: 1 })' });

    const { body, complete } = await invokeStreaming(stage.emulator.invokeUrl);

    expect(body.toString()).toBe('{"a":1}');
    expect(complete).toEqual({});
  });
});

describe('the runtime process', () => {
  it('is started through AWS_LAMBDA_EXEC_WRAPPER, which gets the whole command', async () => {
    await using probe = await setStage({});
    const wrapper = join(probe.folder, 'wrapper');
    writeFileSync(wrapper, '#!/bin/bash\nexport WRAPPED="$#"\nexec "$@"\n', { mode: 0o755 });
    await using stage = await setStage({
      handler: 'export const handler = () => Number(process.env.WRAPPED)',
      environment: { AWS_LAMBDA_EXEC_WRAPPER: wrapper },
    });

    expect((await stage.emulator.invoke()).json()).toBeGreaterThan(2);
  });

  it.each([
    ['does not exist', 0o755, false, 127],
    ['is not an executable', 0o644, true, 126],
  ])('ends with its status when the wrapper %s', async (message, mode, isThere, status) => {
    await using probe = await setStage({});
    const wrapper = join(probe.folder, 'wrapper');
    if (isThere) writeFileSync(wrapper, '', { mode });
    await using stage = await setStage({
      handler: 'export const handler = () => 1',
      environment: { AWS_LAMBDA_EXEC_WRAPPER: wrapper },
    });

    const result = await stage.emulator.invoke();

    expect(result.json()).toMatchObject({
      errorMessage: expect.stringMatching(new RegExp(`Error: Runtime exited with error: exit status ${status}$`)),
    });
    expect(stage.emulator.lines.map(({ text }) => text)).toContain(`${wrapper}: ${message}`);
  });

  it('exposes gc to the function, as the bootstrap of AWS does', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => [typeof gc, gc() === undefined]' });

    expect((await stage.emulator.invoke()).json()).toEqual(['function', true]);
  });

  it('does not pass the descriptor of its log on to what the function starts', async () => {
    await using stage = await setStage({ handler: 'export const handler = () => Object.keys(process.env)' });

    expect((await stage.emulator.invoke()).json()).not.toContain('_LAMBDA_TELEMETRY_LOG_FD');
  });
});
